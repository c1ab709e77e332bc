import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import type { CertificateDescription } from '../../certificate/description.ts'
import type { IssuerKey } from '../../certificate/issuer-key.ts'
import { serialBucket, type SerialNumber } from '../../certificate/serial-number.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import { type EpochSeconds, addSeconds } from '../../epoch-seconds.ts'
import type { Immutable } from '../../immutable.ts'
import type { Item } from '../../dynamodb/dynamodb.ts'
import { readMembers } from '../item.ts'
import { integer, seconds, string, text, thumbprint } from '../member-types.ts'
import type { Table } from '../table.ts'
import { TTL_SLACK_SECONDS } from '../time-to-live.ts'
import { changeItem } from './change-item.ts'
import {
  allHoldersIds,
  type CertificateNames,
  heldOf,
  holdersHeld,
  holdersId,
  type Issued,
  issuedId,
  issuedIdOf,
  noteId,
  notesHolder,
  serviceHolder,
  UNKNOWN_ISSUER,
} from './names.ts'

const time = z.optional(integer)
const issuedBy = {
  issuer: text as unknown as z.ZodMiniOptional<z.ZodMiniType<IssuerKey>>,
  serialNumber: text as unknown as z.ZodMiniOptional<z.ZodMiniType<SerialNumber>>,
}

export const Note = lazyObject(() => ({
  thumbprint,
  client: integer,
  ...issuedBy,
  subject: text,
  subjectAltName: text,
  validFrom: time,
  validUntil: time,
  firstSeen: seconds,
  lastSeen: seconds,
  /** A token that is bound to the certificate can be alive until then. */
  until: seconds,
}))
/** A certificate to which tokens of a client are bound (architecture, section 9). */
export type Note = Immutable<z.infer<typeof Note>>

export const Holders = lazyObject(() => ({
  clients: z.array(integer),
  ...issuedBy,
  validUntil: time,
  until: seconds,
}))

const IssuedSerials = lazyObject(() => ({
  serials: z.record(string, z.object({ thumbprints: z.array(thumbprint), until: seconds, notedAt: seconds })),
}))
type IssuedSerial = z.output<typeof IssuedSerials>['serials'][string]
const serialsIn = (item: Item | undefined) => item && readMembers(IssuedSerials, item).serials

/** A token that is about to be bound to a certificate. */
export interface CertificateUse {
  readonly service: number
  readonly client: number
  readonly names: CertificateNames
  /** Absent if only the thumbprint is known. */
  readonly description?: CertificateDescription | undefined
  /** The end of the last token. */
  readonly end: EpochSeconds
  readonly now: EpochSeconds
  /** The age of `lastSeen` from which it is written again. */
  readonly staleAfterSeconds: number
  /** A certificate of an unknown issuer is noted again if it was last seen before. 0 if there are no lists. */
  readonly checkedFrom: number
}

/** The end of a note is later than that of its tokens by this, so that it is seldom written. `lastSeen` is written more often. */
const MARGIN_SECONDS = 2 * 86_400

/** One of an unknown issuer is noted again after this time, so that requests of one moment do not all write. */
const RECENT_SECONDS = 60

/** The notes of certificates in use, and the items that lead from a certificate to its clients. */
export class CertificateNotes {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /**
   * Writes the parts of a note that are missing. The note itself comes last, so that a note proves that the other items exist.
   *
   * @returns the stored note
   * @throws StoreUnavailable. Then the token must not be issued
   */
  async write(use: CertificateUse): Promise<Note> {
    const found = await this.find(use.service, use.client, use.names.thumbprint)
    if (found !== undefined && isEnough(found, use)) return found
    await this.hold(use)
    return this.#writeNote(use)
  }

  /** Makes a client known as a holder of a certificate that need not have tokens yet. A revocation of the certificate then finds the client. */
  async hold(use: CertificateUse): Promise<void> {
    const { serialNumber } = use.description ?? {}
    const issued = use.names.issued ?? (serialNumber && { issuer: UNKNOWN_ISSUER, serialNumber })
    if (issued !== undefined) await this.#writeIssued(use, issued)
    await this.#writeHolders(use)
  }

  async find(service: number, client: number, certificate: Thumbprint): Promise<Note | undefined> {
    // A batch, because standard introspection has no right to make a single read.
    const [item] = await this.#table.findAll([{ id: noteId(service, client, certificate) }])
    return item && readMembers(Note, item)
  }

  /** The clients with a note of the certificate, and its issuer and serial number if a note has them. */
  async holders(
    service: number,
    certificate: Thumbprint,
  ): Promise<{ readonly clients: readonly number[]; readonly issued: Issued | undefined }> {
    const items = await this.#table.findAll(allHoldersIds(service, certificate).map((id) => ({ id })))
    const parts = items.flatMap((item) => (item === undefined ? [] : [readMembers(Holders, item)]))
    const [issued] = parts.flatMap((part) => issuedOf(part) ?? [])
    return { clients: parts.flatMap(({ clients }) => clients), issued }
  }

  /** The noted certificates with this issuer and serial number. There is one unless the CA has given the number twice. */
  async thumbprints(service: number, issued: Issued): Promise<readonly Thumbprint[]> {
    const [serials] = await this.issuedIn(service, issued.issuer, [serialBucket(issued.serialNumber)])
    return serials?.get(issued.serialNumber)?.thumbprints ?? []
  }

  /**
   * The noted certificates of an issuer by serial number, for each bucket.
   *
   * @param issuer `UNKNOWN_ISSUER` for those that no known CA has issued
   * @param buckets at most 100
   */
  async issuedIn(
    service: number,
    issuer: IssuerKey,
    buckets: readonly number[],
  ): Promise<readonly ReadonlyMap<SerialNumber, IssuedSerial>[]> {
    const items = await this.#table.findAll(buckets.map((each) => ({ id: issuedId(service, issuer, each) })))
    return items.map(
      (item) => new Map(Object.entries(serialsIn(item) ?? {}) as [SerialNumber, IssuedSerial][]),
    )
  }

  // Each write is left out if the item has everything. So requests of one moment do not keep each other from writing.

  async #writeIssued({ service, names, now, ...use }: CertificateUse, issued: Issued): Promise<void> {
    const { serialNumber } = issued
    await changeItem(this.#table, { id: issuedIdOf(service, issued) }, (item) => {
      const stored = serialsIn(item) ?? {}
      const { thumbprints = [], until = 0, notedAt = 0 } = stored[serialNumber] ?? {}
      const isRecent = issued.issuer !== UNKNOWN_ISSUER || now - notedAt < RECENT_SECONDS
      if (isRecent && thumbprints.includes(names.thumbprint) && until >= lastNeed(use)) return undefined
      const current = Object.entries(stored).filter(([, entry]) => now < goneAt(entry.until))
      const entry = {
        thumbprints: [...new Set([...thumbprints, names.thumbprint])],
        until: keepUntil(use, until),
        notedAt: later(notedAt, now),
      }
      const serials = { ...Object.fromEntries(current), [serialNumber]: entry }
      return { serials, ttl: Math.max(...Object.values(serials).map((each) => goneAt(each.until))) }
    })
  }

  async #writeHolders({
    service,
    client,
    names: { thumbprint: id, issued },
    ...use
  }: CertificateUse): Promise<void> {
    await changeItem(this.#table, { id: holdersId(service, id, client) }, (item) => {
      const before = item && readMembers(Holders, item)
      const { clients = [], until = 0 } = before ?? {}
      const isNamed = issued === undefined || (before !== undefined && issuedOf(before) !== undefined)
      if (isNamed && clients.includes(client) && until >= lastNeed(use)) return undefined
      const validUntil = use.description?.validUntil ?? before?.validUntil
      const end = keepUntil(use, until)
      return {
        ...issued,
        ...(validUntil === undefined ? {} : { validUntil }),
        ...{ clients: [...new Set([...clients, client])], until: end, ttl: goneAt(end) },
        holder: serviceHolder(service, id),
        held: holdersHeld({ thumbprint: id, validUntil, client }, issued ?? (before && issuedOf(before))),
      }
    })
  }

  async #writeNote(use: CertificateUse): Promise<Note> {
    const { service, client, names, description, now, end } = use
    const { thumbprint: id, issued } = names
    let note: Note | undefined
    await changeItem(this.#table, { id: noteId(service, client, id) }, (item) => {
      const before = item && readMembers(Note, item)
      if (before !== undefined && isEnough(before, use)) {
        note = before
        return undefined
      }
      const seen = { firstSeen: before?.firstSeen ?? now, lastSeen: later(before?.lastSeen, now) }
      const until = later(before?.until, addSeconds(end, MARGIN_SECONDS))
      note = { ...before, ...description, ...issued, thumbprint: id, client, ...seen, until }
      const { validUntil } = note
      const ttl = goneAt(later(validUntil, until))
      return { ...note, ttl, holder: notesHolder(service, client), held: heldOf(id, validUntil) }
    })
    if (note === undefined) throw new Error('a note was neither found nor written')
    return note
  }
}

function isEnough(note: Note, use: CertificateUse): boolean {
  const { names, end, now, staleAfterSeconds, checkedFrom } = use
  const isNamed = issuedOf(note) !== undefined || (names.issued === undefined && note.lastSeen >= checkedFrom)
  return isNamed && note.until >= end && now - note.lastSeen <= staleAfterSeconds
}

/** The name of a certificate by issuer and serial number, if both are known. */
function issuedOf({ issuer, serialNumber }: Partial<Note>): Issued | undefined {
  return issuer === undefined || serialNumber === undefined ? undefined : { issuer, serialNumber }
}

type Lasting = Pick<CertificateUse, 'end' | 'description'>

/** The time until which an item has to stay for a token and the validity of its certificate. */
function lastNeed({ end, description }: Lasting): EpochSeconds {
  return later(description?.validUntil, end)
}

function keepUntil({ end, description }: Lasting, before: number): EpochSeconds {
  return Math.max(before, lastNeed({ end: addSeconds(end, MARGIN_SECONDS), description })) as EpochSeconds
}

function later(before: number | undefined, time: EpochSeconds): EpochSeconds {
  return Math.max(before ?? 0, time) as EpochSeconds
}

/** The time to live of an item. */
function goneAt(until: EpochSeconds): EpochSeconds {
  return addSeconds(until, TTL_SLACK_SECONDS)
}
