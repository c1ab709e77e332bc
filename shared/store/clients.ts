import type * as z from 'zod/mini'
import { type EpochSeconds, later } from '../epoch-seconds.ts'
import type { Client } from './client.ts'
import { stateId } from './grants.ts'
import { readClientState } from './item.ts'
import type { Registry } from './registry.ts'
import type { Table } from './table.ts'

const CUT_OFF_TRIES = 10

/**
 * What changes a client at once: its state (in the table of grants, read with every token) comes before the registry,
 * which other processes see through their caches. A crash between the two fails closed (architecture, section 3).
 */
export class Clients {
  readonly #grantsTable: Table
  readonly #registry: Registry

  constructor(grantsTable: Table, registry: Registry) {
    this.#grantsTable = grantsTable
    this.#registry = registry
  }

  /** @returns false when the number or the alias is taken */
  async create(service: number, client: z.input<typeof Client>, now: EpochSeconds): Promise<boolean> {
    const key = { id: stateId(service, client.clientId) }
    const state = await this.#grantsTable.create({ locked: client.locked ?? false, notBefore: now }, key)
    if (!state.done) return false
    const { clientIdAlias } = client
    if (
      clientIdAlias !== undefined &&
      !(await this.#registry.putAlias(service, clientIdAlias, client.clientId))
    ) {
      await this.#grantsTable.remove(key, key)
      return false
    }
    await this.#registry.putClient(service, client)
    return true
  }

  /** @returns false when there is no such client */
  async setLocked(service: number, client: Client, locked: boolean): Promise<boolean> {
    const key = { id: stateId(service, client.clientId) }
    const outcome = await this.#grantsTable.update(key, { locked }, key)
    if (!outcome.done) return false
    return (
      (await this.#registry.changeClient(service, client.clientId, (now) => ({ ...now, locked }))) !==
      undefined
    )
  }

  async remove(service: number, client: Client): Promise<void> {
    const key = { id: stateId(service, client.clientId) }
    await this.#grantsTable.remove(key, key)
    await this.#registry.deleteClient(service, client)
  }

  /**
   * Ends every token that the client has. A token issued in this very second must end too, and times are whole
   * seconds, so the bound is the next one.
   *
   * @returns false when there is no such client
   */
  async cutOff(service: number, client: number, now: EpochSeconds): Promise<boolean> {
    const key = { id: stateId(service, client) }
    const notBefore = later(now, 1)
    for (let attempt = 0; attempt < CUT_OFF_TRIES; attempt++) {
      const item = await this.#grantsTable.find(key)
      if (item === undefined) return false
      const state = readClientState(item)
      if (state.notBefore >= notBefore) return true
      const outcome = await this.#grantsTable.update(
        key,
        { notBefore },
        { ...key, notBefore: state.notBefore },
      )
      if (outcome.done) return true
    }
    throw new Error('the state of the client changes too fast to be cut off')
  }

  /**
   * Makes the state of a client anew that is in the registry alone, after a restore.
   *
   * @returns false when it has one
   */
  async revive(service: number, client: number, locked: boolean, notBefore: EpochSeconds): Promise<boolean> {
    const outcome = await this.#grantsTable.create({ locked, notBefore }, { id: stateId(service, client) })
    return outcome.done
  }
}
