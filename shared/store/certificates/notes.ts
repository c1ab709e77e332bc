import type { CertificateDescription } from '../../certificate/description.ts'
import type { IssuerKey } from '../../certificate/issuer-key.ts'
import { serialBucket, type SerialNumber } from '../../certificate/serial-number.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import { type EpochSeconds, addSeconds } from '../../epoch-seconds.ts'
import { readMembers } from '../item.ts'
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
import {
  ANY_SERIAL,
  hasRoom,
  Holders,
  type IssuedSerial,
  issuedOf,
  Note,
  serialsIn,
  thumbprintsOf,
} from './note-items.ts'

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
    return this.#writeNote(use, await this.hold(use, found))
  }

  /**
   * Makes a client known as a holder of a certificate that need not have tokens yet. A revocation of the certificate then finds the client.
   *
   * @param note the stored note, which has the names of a certificate that the request does not have
   * @returns the time until which both items stay
   */
  async hold(use: CertificateUse, note?: Note): Promise<EpochSeconds> {
    const serialNumber = use.description?.serialNumber ?? note?.serialNumber
    const unknown = serialNumber && { issuer: UNKNOWN_ISSUER, serialNumber }
    const issued = use.names.issued ?? (note && issuedOf(note)) ?? unknown
    // A client that has only the thumbprint reads the holders. If it finds no serial number there, nothing leads from it to the certificate yet.
    const heldUntil = await this.#writeHolders(use)
    const issuedUntil = issued === undefined ? Infinity : await this.#writeIssued(use, issued)
    return Math.min(issuedUntil, heldUntil) as EpochSeconds
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
    return thumbprintsOf(serials?.get(issued.serialNumber))
  }

  /**
   * The noted certificates of an issuer by serial number, for each bucket.
   *
   * @param issuer `UNKNOWN_ISSUER` for those that no known CA has issued, which have `UNKNOWN_PARTS` in place of buckets
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

  // Each write is left out if the item has everything. So requests of one moment do not keep each other from writing. Both return the time
  // until which the item stays.

  async #writeIssued(
    { service, client, names, now, ...use }: CertificateUse,
    issued: Issued,
  ): Promise<number> {
    let stays = 0
    await changeItem(this.#table, { id: issuedIdOf(service, issued, client) }, (item) => {
      const stored = Object.entries(serialsIn(item) ?? {}).filter(([, entry]) => now < goneAt(entry.until))
      const known = Object.fromEntries(stored)
      const isUnknown = issued.issuer === UNKNOWN_ISSUER
      const isFull = isUnknown && !hasRoom(known, issued.serialNumber, names.thumbprint)
      const [serial, name] = isFull ? [ANY_SERIAL, client] : [issued.serialNumber, names.thumbprint]
      const { noted = {}, until = 0 } = known[serial] ?? {}
      const notedAt = noted[name]
      stays = until
      // A request with only the thumbprint does not look for its issuer. An entry for several certificates is compared with every new source.
      const isSought = isUnknown && !isFull && use.description !== undefined
      const isRecent = !isSought || now - (notedAt ?? 0) < RECENT_SECONDS
      if (notedAt !== undefined && isRecent && until >= lastNeed(use)) return undefined
      stays = keepUntil(use, until)
      const time = isSought ? later(notedAt, now) : (notedAt ?? 0)
      const serials = { ...known, [serial]: { noted: { ...noted, [name]: time }, until: stays } }
      return {
        serials,
        ttl: Math.max(...Object.values(serials).map((each) => goneAt(each.until as EpochSeconds))),
      }
    })
    return stays
  }

  async #writeHolders({
    service,
    client,
    names: { thumbprint: id, issued },
    ...use
  }: CertificateUse): Promise<number> {
    let stays = 0
    await changeItem(this.#table, { id: holdersId(service, id, client) }, (item) => {
      const before = item && readMembers(Holders, item)
      const { clients = [], until = 0 } = before ?? {}
      const isNamed = issued === undefined || (before !== undefined && issuedOf(before) !== undefined)
      stays = until
      if (isNamed && clients.includes(client) && until >= lastNeed(use)) return undefined
      const validUntil = use.description?.validUntil ?? before?.validUntil
      const end = keepUntil(use, until)
      stays = end
      return {
        ...issued,
        ...(validUntil === undefined ? {} : { validUntil }),
        ...{ clients: [...new Set([...clients, client])], until: end, ttl: goneAt(end) },
        holder: serviceHolder(service, id),
        held: holdersHeld({ thumbprint: id, validUntil, client }, issued ?? (before && issuedOf(before))),
      }
    })
    return stays
  }

  /** @param heldUntil the time until which the other items stay. A note proves that they exist, so its own time must not be later */
  async #writeNote(use: CertificateUse, heldUntil: EpochSeconds): Promise<Note> {
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
      const until = later(before?.until, Math.min(heldUntil, addSeconds(end, MARGIN_SECONDS)) as EpochSeconds)
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
