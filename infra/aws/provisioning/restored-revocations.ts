import { DynamoDbFailure } from '../../../shared/dynamodb/dynamodb.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { isInventoryComplete } from '../../../shared/store/certificates/inventory.ts'
import { type NamedCertificate, nameOf } from '../../../shared/store/certificates/names.ts'
import { OPERATOR, type Revocation } from '../../../shared/store/certificates/revocations.ts'
import { DamagedItem } from '../../../shared/store/listing.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { Store } from '../../../shared/store/store.ts'

/** The registry from before a restore. It is only read. */
export interface FormerRegistry {
  readonly name: string
  readonly store: Store
}

/** The revocations after a restore. Certificates are named by thumbprint, or by issuer key and serial number. */
interface CopiedRevocations {
  /** Certificates whose revocations the backup lacked. */
  readonly copied: string[]
  /** Issuers whose dates the backup lacked, by the dates. */
  readonly dates: string[]
  /** Certificates on hold. A backup does not show whether a hold was lifted since. */
  readonly holds: string[]
  /** Items and tables that cannot be read. Their revocations are lost. */
  readonly unread: string[]
}

interface Found {
  readonly named: NamedCertificate
  readonly revocations: readonly Revocation[]
}

/**
 * Copies revocations into the registry that its backup lacks: those of the former registry, and those in the states of clients. A state
 * has no reason and no source, so such a revocation is final, and the operator's. It can be repeated.
 */
export async function copyRevocations(
  service: Service,
  store: Store,
  { former, now }: { readonly former: FormerRegistry | undefined; readonly now: EpochSeconds },
): Promise<CopiedRevocations> {
  const { apiKey } = service
  const { revocations, copies, notes } = store.certificates
  const copied: string[] = []
  const unread: string[] = []
  const before = await readFormer(apiKey, former, unread)
  for (const { named, revocations: earlier } of before.found) {
    const present = await readRevocations(apiKey, named, store, unread)
    const missing = earlier.filter((each) => !isIn(present, each))
    for (const each of missing) await revocations.put(apiKey, named, each)
    if (missing.length > 0) copied.push(nameOf(named))
  }
  const clients = (await store.registry.listClients(apiKey)).map(({ clientId }) => clientId)
  for (const client of new Set([...clients, ...before.clients])) {
    const { revoked, damaged } = await copies.find(apiKey, client)
    unread.push(...damaged)
    for (const thumbprint of revoked) {
      const { issued } = await notes.holders(apiKey, thumbprint)
      if ((await revocations.ofCertificate(apiKey, { thumbprint, issued })).length > 0) continue
      const lost = { source: OPERATOR, reason: 'unspecified', revokedAt: now, clients: [client] } as const
      await revocations.put(apiKey, { thumbprint }, lost)
      copied.push(thumbprint)
    }
  }
  const dates = await copyDates(service, before.dates, store)
  const all = await readAll(apiKey, store, unread)
  const held = all.filter((each) => each.revocations.some(({ reason }) => reason === 'certificateHold'))
  return { copied, dates, holds: held.map(({ named }) => nameOf(named)), unread: [...new Set(unread)] }
}

/**
 * Writes all revocations of a service into the states of their clients. It can be repeated.
 *
 * @returns the certificates of which a client has a damaged state. All other clients have been written
 */
export async function writeRevocations(service: Service, store: Store, now: EpochSeconds): Promise<string[]> {
  const certificates = store.certificates
  const unwritten: string[] = []
  for (const { named, revocations } of await readAll(service.apiKey, store, [])) {
    if (revocations.length === 0) continue
    const clients = [...new Set(revocations.flatMap((each) => each.clients))]
    const about = { service: service.apiKey, named, clients, now }
    try {
      await certificates.copy({ ...about, notedFromStart: isInventoryComplete(service) })
    } catch (error) {
      if (!(error instanceof DamagedItem)) throw error
      unwritten.push(nameOf(named))
    }
  }
  return unwritten
}

/** Reads a former registry. If it is not there or cannot be used, that is named, and the states of the clients are the only source. */
async function readFormer(apiKey: number, former: FormerRegistry | undefined, unread: string[]) {
  const nothing = { found: [], clients: [], dates: [] }
  if (former === undefined) {
    unread.push('the registry from before the restore (--former-registry names it)')
    return nothing
  }
  const { name, store } = former
  try {
    const clients = (await store.registry.listClients(apiKey)).map(({ clientId }) => clientId)
    const dates = (await store.registry.findCurrentService(apiKey))?.clientCertificatesNotBefore ?? []
    return { found: await readAll(apiKey, store, unread), clients, dates }
  } catch (error) {
    if (!(error instanceof DynamoDbFailure)) throw error
    unread.push(`the table ${name} (${error.name})`)
    return nothing
  }
}

async function readAll(apiKey: number, store: Store, unread: string[]): Promise<Found[]> {
  const { revocations } = store.certificates
  const found = []
  for await (const named of revocations.names(apiKey))
    found.push({ named, revocations: await readRevocations(apiKey, named, store, unread) })
  return found
}

async function readRevocations(
  apiKey: number,
  named: NamedCertificate,
  store: Store,
  unread: string[],
): Promise<Revocation[]> {
  try {
    return await store.certificates.revocations.find(apiKey, named)
  } catch (error) {
    if (!(error instanceof DamagedItem)) throw error
    unread.push(nameOf(named))
    return []
  }
}

/** Whether a source has revoked at least as much already. */
function isIn(present: readonly Revocation[], { source, reason, clients }: Revocation): boolean {
  const own = present.find((each) => each.source === source)
  if (own === undefined) return false
  const isAsFinal = own.reason !== 'certificateHold' || reason === 'certificateHold'
  return isAsFinal && clients.every((client) => own.clients.includes(client))
}

/** Adds the dates of issuers that the backup lacks. If an issuer has several dates, the latest decides. */
async function copyDates(
  { apiKey, clientCertificatesNotBefore: present }: Service,
  earlier: Service['clientCertificatesNotBefore'],
  { registry }: Store,
): Promise<string[]> {
  const isPresent = ({ issuerCertificate, notBefore }: (typeof earlier)[number]) =>
    present.some((each) => each.issuerCertificate === issuerCertificate && each.notBefore >= notBefore)
  const missing = earlier.filter((each) => !isPresent(each))
  if (missing.length > 0)
    await registry.changeService(apiKey, (current) => ({
      ...current,
      clientCertificatesNotBefore: [...current.clientCertificatesNotBefore, ...missing],
      // A date needs notes. If the backup has them off, tokens without a note may exist.
      certificateInventory: true,
      certificateInventoryInterrupted:
        current.certificateInventoryInterrupted || !current.certificateInventory,
    }))
  return missing.map(({ notBefore }) => new Date(notBefore).toISOString())
}
