import type { Thumbprint } from '../certificate/thumbprint.ts'
import { SERIAL_BUCKETS, serialBucket, type SerialNumber } from '../certificate/serial-number.ts'
import type { RevocationReason } from '../certificate/revocation-reason.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { revokedIn } from '../store/lists/buckets.ts'
import { announcedBy } from '../store/certificates/certificates.ts'
import { isInventoryComplete } from '../store/certificates/inventory.ts'
import {
  type Issued,
  type NamedCertificate,
  UNKNOWN_ISSUER,
  UNKNOWN_PARTS,
} from '../store/certificates/names.ts'
import { ANY_SERIAL, type IssuedSerial } from '../store/certificates/note-items.ts'
import { issuerKeysOf } from '../store/lists/sources.ts'
import type { Store } from '../store/store.ts'
import { eachInParallel, inParallel } from '../store/in-parallel.ts'
import type { ListReader, RunningSource } from './run.ts'
import type { BucketChange } from './write-buckets.ts'

/** The number of certificates in use that a run has revoked, of those whose hold it has lifted, and of clients whose tokens it has ended. */
export interface ComparedNotes {
  readonly revoked: number
  readonly lifted: number
  readonly ended: number
}

const READERS = 8
const WRITERS = 8
const BUCKETS_IN_A_READ = 100

interface Differences {
  /** Certificates in use whose entry has changed. `reason` is absent if the lists do not have it any more. */
  readonly named: { readonly named: Issued; readonly reason: RevocationReason | undefined }[]
  /** Certificates with a listed serial number, noted by processes that did not know the keys of the source. */
  readonly unknown: Thumbprint[]
  /** Clients with more certificates of unknown issuers than their notes have room for. Any of them may be listed. */
  readonly clients: number[]
}

/** The certificates with a serial number. */
type Noted = readonly [SerialNumber, IssuedSerial]

/**
 * Revokes certificates in use that the lists have now, and lifts holds that they have no more. A process that notes a certificate writes the
 * note before it reads the bucket, and the bucket was written before this reads the notes, so one of the two sees the other. The record of
 * the service names the source.
 *
 * A certificate that was noted before the keys of the source were known may be from this issuer or from another one. Its clients lose
 * their tokens. When they request others, the issuer is found, and a revoked certificate is refused.
 *
 * @throws the first failure, at the end: a damaged item of one client must not keep other certificates from being revoked
 */
export async function compareNotes(
  source: RunningSource,
  buckets: readonly BucketChange[],
  { store, now }: Pick<ListReader, 'store' | 'now'>,
): Promise<ComparedNotes> {
  const counts = { revoked: 0, lifted: 0, ended: 0 }
  await eachInParallel(1, await store.registry.listServices(), async (record) => {
    const service = record.apiKey
    const notedFromStart = isInventoryComplete(record)
    const differences = await findDifferences(source, buckets, service, store)
    const about = { operation: 'crl', by: source.name, at: now(), service }
    const { operation, store: audited } = store.begin(about, () => undefined)
    const certificates = audited.certificates
    const apply = async ({ named, reason }: Differences['named'][number]) => {
      const by = { service, named, source: source.name, clients: [] }
      if (reason === undefined) {
        if ((await certificates.lift(by)).hold !== undefined) counts.lifted += 1
      } else {
        const revocation = { ...by, reason, revokedAt: now(), notedFromStart, now: now() }
        const revoked: NamedCertificate[] = [named]
        // The loop goes on with the certificates that it adds.
        for (const each of revoked) {
          const concerned = await certificates.revoke({ ...revocation, named: each })
          // The holder of a stolen key may have announced a certificate of their own, and with it the next one.
          if (reason === 'keyCompromise') revoked.push(...announcedBy(concerned, revoked))
        }
        counts.revoked += 1
      }
    }
    const endTokens = async (clients: readonly number[]) => {
      for (const client of clients) if (await audited.clients.cutOff(service, client, now)) counts.ended += 1
    }
    try {
      const named = differences.named.map((each) => () => apply(each))
      const unknown = differences.unknown.map((each) => async () => {
        const { clients } = await certificates.notes.holders(service, each)
        await endTokens(clients)
      })
      await eachInParallel(WRITERS, [...named, ...unknown, () => endTokens(differences.clients)], (act) =>
        act(),
      )
      await operation.end(undefined, false)
    } catch (error) {
      await operation.end('failed', true)
      throw error
    }
  })
  return counts
}

async function findDifferences(
  source: RunningSource,
  buckets: readonly BucketChange[],
  service: number,
  { certificates: { notes } }: Pick<Store, 'certificates'>,
): Promise<Differences> {
  const found: Differences = { named: [], unknown: [], clients: [] }
  if (buckets.length === 0) return found
  const unknown: Noted[][] = Array.from({ length: SERIAL_BUCKETS }, () => [])
  await inParallel(READERS, batchesOf(Array.from({ length: UNKNOWN_PARTS }, (_, i) => i)), async (batch) => {
    for (const issued of await notes.issuedIn(service, UNKNOWN_ISSUER, batch))
      for (const noted of issued)
        if (noted[0] === ANY_SERIAL) found.clients.push(...Object.keys(noted[1].noted).map(Number))
        else unknown[serialBucket(noted[0])]?.push(noted)
  })
  const issuers = new Set(issuerKeysOf(source))
  await inParallel(READERS, batchesOf(buckets), async (batch) => {
    const numbers = batch.map(({ bucket }) => bucket)
    for (const issuer of issuers) {
      const issued = await notes.issuedIn(service, issuer, numbers)
      for (const { serialNumber, reason } of batch.flatMap((change, i) =>
        changedEntries(change, [...(issued[i] ?? [])], source),
      ))
        found.named.push({ named: { issuer, serialNumber }, reason })
    }
    for (const { reason, noted } of batch.flatMap((change) =>
      changedEntries(change, unknown[change.bucket] ?? [], source),
    ))
      if (reason !== undefined) found.unknown.push(...notedBefore(source.knownFrom, noted))
  })
  return found
}

function batchesOf<Element>(all: readonly Element[]): Element[][] {
  return Array.from({ length: Math.ceil(all.length / BUCKETS_IN_A_READ) }, (_, i) =>
    all.slice(i * BUCKETS_IN_A_READ, (i + 1) * BUCKETS_IN_A_READ),
  )
}

function notedBefore(time: EpochSeconds, noted: Readonly<Record<string, EpochSeconds>>): Thumbprint[] {
  return Object.entries(noted).flatMap(([id, notedAt]) => (notedAt < time ? [id as Thumbprint] : []))
}

/** The certificates in use that must be compared with a bucket, with their entries in it. */
function changedEntries(
  { before, after, isPending }: BucketChange,
  issued: readonly Noted[],
  { isCompared }: RunningSource,
) {
  if (issued.length === 0) return []
  const [old, current] = [revokedIn(before), revokedIn(after)]
  return issued.flatMap(([serialNumber, entry]) => {
    const reason = current.get(serialNumber)
    const isNew = isCompared !== true && reason !== undefined
    const isChanged = isPending || isNew || reason !== old.get(serialNumber)
    return isChanged ? [{ serialNumber, reason, ...entry }] : []
  })
}
