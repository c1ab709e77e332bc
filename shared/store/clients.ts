import type * as z from 'zod/mini'
import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import type { Client, StoredClient } from './client.ts'
import { LOST, repeatWhileLost } from './unavailable.ts'
import { stateId } from './grant-keys.ts'
import { readClientState } from './item.ts'
import type { Registry } from './registry.ts'
import type { Table } from './table.ts'
import { StoreUnavailable } from './unavailable.ts'

/**
 * Changes of a client that take effect at once. They first write its state, which is read with every token, then the registry,
 * which other processes cache. If the function crashes between the two writes, tokens are refused (architecture, section 3).
 */
export class Clients {
  readonly #grantsTable: Table
  readonly #registry: Registry

  constructor(grantsTable: Table, registry: Registry) {
    this.#grantsTable = grantsTable
    this.#registry = registry
  }

  /** @returns false if the number or the alias is taken */
  async create(service: number, client: z.input<typeof Client>, now: EpochSeconds): Promise<boolean> {
    const key = { id: stateId(service, client.clientId) }
    const state = await this.#grantsTable.create({ locked: client.locked ?? false, notBefore: now }, key)
    if (!state.done) return false
    const { clientId, clientIdAlias: alias } = client
    if (alias !== undefined && !(await this.#registry.putAlias(service, alias, clientId))) {
      await this.#grantsTable.remove(key, key)
      return false
    }
    try {
      await this.#registry.putClient(service, client)
    } catch (error) {
      // After a failure of the network the record may exist. After any other failure it does not, and its alias must not be lost.
      if (error instanceof StoreUnavailable) throw error
      if (alias !== undefined) await this.#registry.deleteAlias(service, alias, clientId)
      await this.#grantsTable.remove(key, key)
      throw error
    }
    return true
  }

  /**
   * Locks or unlocks a client. If calls overlap, the last one to change the state decides, and the record follows it.
   *
   * @returns the client after the change, or `undefined` if there is no such client
   */
  async setLocked(service: number, { clientId }: Client, locked: boolean): Promise<StoredClient | undefined> {
    const id = stateId(service, clientId)
    if (!(await this.#setLocked(id, locked))) return undefined
    let written = locked
    return repeatWhileLost(async () => {
      const record = { locked: written }
      const changed = await this.#registry.changeClient(service, clientId, (now) => ({ ...now, ...record }))
      const state = changed && (await this.#grantsTable.find({ id }))
      if (state === undefined) return undefined
      const { locked: latest } = readClientState(state)
      if (latest === written) return changed
      written = latest
      return LOST
    })
  }

  /** The write is conditional on the state that was read, so that a late unlock cannot undo a newer lock. */
  #setLocked(id: string, locked: boolean): Promise<boolean> {
    return repeatWhileLost(async () => {
      const state = await this.#grantsTable.find({ id })
      if (state === undefined) return false
      const stored = { id, attempt: state['attempt'] }
      return (await this.#grantsTable.update({ id }, { locked }, stored)).done || LOST
    })
  }

  async remove(service: number, client: Client): Promise<void> {
    const key = { id: stateId(service, client.clientId) }
    await this.#grantsTable.remove(key, key)
    const alias = (await this.#registry.deleteClient(service, client.clientId))?.clientIdAlias
    if (alias !== undefined) await this.settleAlias(service, alias, client.clientId)
  }

  /**
   * Changes the record of a client and its alias. The alias is reserved first. If changes overlap, the last one decides the alias of
   * the client. A deletion may overlap, too.
   *
   * @param alias the alias of the client after the change
   * @param change returns `undefined` if the record must not change
   * @returns the client after the change, or `undefined` if it does not exist or was not changed
   */
  async changeWithAlias(
    service: number,
    client: number,
    alias: string | undefined,
    change: (current: StoredClient) => z.input<typeof Client> | undefined,
  ): Promise<StoredClient | 'alias-taken' | undefined> {
    if (alias !== undefined && !(await this.#registry.putAlias(service, alias, client))) return 'alias-taken'
    let replaced: string | undefined
    const changed = await this.#registry.changeClient(service, client, (current) => {
      replaced = current.clientIdAlias
      return change(current)
    })
    for (const touched of replaced === alias ? [] : [replaced, alias]) {
      const isFree = touched === undefined || (await this.settleAlias(service, touched, client))
      if (!isFree && touched === alias) return 'alias-taken'
    }
    return changed
  }

  /**
   * Gives an alias to the client if its record has it now, and frees it otherwise. Requests that overlap change the record and
   * its aliases one after the other, so each request must call this last for each alias that it has touched.
   *
   * @returns false if another client now has the alias. The alias is then removed from the record
   */
  async settleAlias(service: number, alias: string, client: number): Promise<boolean> {
    const isInRecord = async () =>
      (await this.#registry.findCurrentClient(service, String(client)))?.clientIdAlias === alias
    let isOwn = await isInRecord()
    let isOfOther = false
    return repeatWhileLost(async () => {
      if (!isOwn) await this.#registry.deleteAlias(service, alias, client)
      else if (!(await this.#registry.putAlias(service, alias, client))) {
        isOfOther = true
        await this.#registry.changeClient(service, client, (now) =>
          now.clientIdAlias === alias ? { ...now, clientIdAlias: undefined } : now,
        )
      }
      const before = isOwn
      isOwn = await isInRecord()
      return isOwn === before ? !isOfOther : LOST
    })
  }

  /** Removes an alias that no client has, and the state that a client with this number may have. */
  async removeAlias(
    service: number,
    { alias, clientId }: { readonly alias: string; readonly clientId: number },
  ): Promise<void> {
    const key = { id: stateId(service, clientId) }
    await this.#grantsTable.remove(key, key)
    await this.#registry.deleteAlias(service, alias, clientId)
  }

  /**
   * Ends all tokens of the client. A request that has read the old state may issue tokens until the write is confirmed, so the
   * cut-off must be later than the time of that confirmation. Times are whole seconds.
   *
   * @returns false if there is no such client
   */
  cutOff(service: number, client: number, clock: () => EpochSeconds): Promise<boolean> {
    const key = { id: stateId(service, client) }
    let notBefore = addSeconds(clock(), 1)
    return repeatWhileLost(async (before) => {
      const item = await this.#grantsTable.find(key)
      if (item === undefined) return false
      const state = readClientState(item)
      if (state.notBefore < notBefore) {
        const stored = { ...key, notBefore: state.notBefore }
        if (!(await this.#grantsTable.update(key, { notBefore }, stored)).done) return LOST
      }
      const confirmedAt = clock()
      if (Math.max(notBefore, state.notBefore) > confirmedAt) return true
      // If a write takes seconds, a fixed step would be behind the clock each time.
      notBefore = addSeconds(confirmedAt, 2 ** before)
      return LOST
    })
  }

  /**
   * Creates the state of a client that only the registry has after a restore. The client is locked, because it is unknown whether it
   * was locked when its state was lost.
   *
   * @returns false if the client has a state
   */
  async revive(service: number, client: number, notBefore: EpochSeconds): Promise<boolean> {
    const state = { locked: true, notBefore }
    const outcome = await this.#grantsTable.create(state, { id: stateId(service, client) })
    return outcome.done
  }
}
