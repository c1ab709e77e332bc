import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import { stateId } from '../grant-keys.ts'
import type { ClientState } from '../grant.ts'
import { readClientState, readMembers } from '../item.ts'
import { DamagedItem } from '../listing.ts'
import type { Table } from '../table.ts'
import { changeItem } from './change-item.ts'
import { allOverflowIds, overflowId } from './names.ts'
import type { Item } from '../../dynamodb/dynamodb.ts'

/** Revoked certificates by thumbprint, with the time after which the entry may go. 0 stands for an unknown time. */
type Entries = Readonly<Record<string, number>>

/** The state of a client must not exceed the 4 KB of one read unit, and an entry takes up to 60 bytes. */
export const MAX_ENTRIES_IN_STATE = 64

const Overflow = lazyObject(() => ({ revoked: z.record(z.string(), z.int()) }))

export function readOverflow(item: Item): Entries {
  return readMembers(Overflow, item).revoked
}

/**
 * The copies of revocations in the states of clients, which decisions about presented tokens read (architecture, section 9). A state with
 * too many of them has further items, one for each first letter of a thumbprint.
 */
export class RevokedCopies {
  readonly #table: Table
  readonly #newVersion: () => string

  constructor(table: Table, newVersion: () => string) {
    this.#table = table
    this.#newVersion = newVersion
  }

  /**
   * Adds a certificate. It writes even if the entry is there, so that a lift of the same moment loses. Entries whose time has passed go.
   *
   * @param mayGoAfter 0 if it is unknown
   * @returns false if there is no such client
   */
  async add(
    service: number,
    client: number,
    certificate: Thumbprint,
    mayGoAfter: number,
    now: EpochSeconds,
  ): Promise<boolean> {
    const place: { room?: boolean } = {}
    await changeItem(this.#table, { id: stateId(service, client) }, (item) => {
      if (item === undefined) return undefined
      const revoked = without(readClientState(item).revoked, now)
      place.room = certificate in revoked || Object.keys(revoked).length < MAX_ENTRIES_IN_STATE
      return place.room ? { revoked: withEntry(revoked, certificate, mayGoAfter) } : undefined
    })
    if (place.room !== false) return place.room === true
    await changeItem(this.#table, { id: overflowId(service, client, certificate) }, (item) => ({
      revoked: withEntry(without(item && readOverflow(item), now), certificate, mayGoAfter),
    }))
    return this.#renewVersion(service, client)
  }

  /**
   * Removes a certificate, unless it is revoked. Each write is conditional on an item that was read before `isRevoked` was asked, so a
   * revocation of the same moment is not lost.
   */
  async removeUnless(
    isRevoked: () => Promise<boolean>,
    service: number,
    client: number,
    certificate: Thumbprint,
  ): Promise<void> {
    const remove = async (entries: Entries | undefined) => {
      if (entries?.[certificate] === undefined || (await isRevoked())) return undefined
      const { [certificate]: _, ...revoked } = entries
      return { revoked }
    }
    const found: { state?: ClientState | undefined } = {}
    await changeItem(this.#table, { id: stateId(service, client) }, (item) => {
      found.state = item && readClientState(item)
      return remove(found.state?.revoked)
    })
    if (found.state?.moreRevoked === undefined) return
    await changeItem(this.#table, { id: overflowId(service, client, certificate) }, (item) =>
      remove(item && readOverflow(item)),
    )
    await this.#renewVersion(service, client)
  }

  /** All revoked certificates of a client. @returns also the keys of items that cannot be read */
  async find(service: number, client: number) {
    const revoked: Thumbprint[] = []
    const damaged: string[] = []
    const collect = (id: string, read: () => Entries | undefined) => {
      try {
        revoked.push(...(Object.keys(read() ?? {}) as Thumbprint[]))
      } catch (error) {
        if (!(error instanceof DamagedItem)) throw error
        damaged.push(id)
      }
    }
    const id = stateId(service, client)
    const state = await this.#table.find({ id })
    if (state !== undefined) collect(id, () => readClientState(state).revoked)
    const further = state?.['moreRevoked'] === undefined ? [] : allOverflowIds(service, client)
    const items = further.length === 0 ? [] : await this.#table.findAll(further.map((each) => ({ id: each })))
    for (const item of items) if (item !== undefined) collect(String(item['id']), () => readOverflow(item))
    return { revoked, damaged }
  }

  /** Processes remember the further items of a version. */
  async #renewVersion(service: number, client: number): Promise<boolean> {
    return changeItem(
      this.#table,
      { id: stateId(service, client) },
      (item) => item && { moreRevoked: this.#newVersion() },
    )
  }
}

/** Leaves out entries whose time has passed. */
function without(entries: Entries = {}, now: EpochSeconds): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([, end]) => end === 0 || end >= now))
}

/** The later time counts, and an unknown time is later than all others. */
function withEntry(entries: Entries, certificate: Thumbprint, mayGoAfter: number): Entries {
  const before = entries[certificate]
  const isUnknown = mayGoAfter === 0 || before === 0
  return { ...entries, [certificate]: isUnknown ? 0 : Math.max(mayGoAfter, before ?? 0) }
}
