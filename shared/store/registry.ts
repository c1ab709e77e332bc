import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type * as z from 'zod/mini'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { takeAlias } from './aliases.ts'
import type { Cache } from './cache.ts'
import { Client, type StoredClient } from './client.ts'
import { DataVersion } from './data-version.ts'
import { parseNumber } from './identity.ts'
import { Owner } from './owner.ts'
import { aliasKey, clientKey, isSortKey, OWNER_KEY, serviceKey, signingRecordKey } from './record-keys.ts'
import { type ChangeResult, Records, parseRecord } from './records.ts'
import { Service, type StoredService } from './service.ts'
import type { Table } from './table.ts'

/** Services, clients, aliases and signing keys, read through a cache in memory (architecture, section 3). */
export class Registry {
  /** How long other processes may use the old record after a change. */
  readonly cacheSeconds: number
  readonly dataVersion: DataVersion
  readonly #records: Records
  readonly #now: () => EpochSeconds

  constructor(table: Table, cache: Cache, now: () => EpochSeconds) {
    this.cacheSeconds = cache.seconds
    this.#records = new Records(table, cache)
    this.dataVersion = new DataVersion(this.#records)
    this.#now = now
  }

  findService(service: number): Promise<Service | undefined> {
    return this.#records.remember(serviceKey(service), (item) => withoutDeleted(parseRecord(Service, item)))
  }

  findClientByNumber(service: number, client: number): Promise<Client | undefined> {
    return this.#records.remember(clientKey(service, client), (item) => parseRecord(Client, item))
  }

  /** @param clientId the number in decimal, or the alias */
  async findClient(service: number, clientId: string): Promise<Client | undefined> {
    const number = parseNumber(clientId)
    if (number !== undefined) return this.findClientByNumber(service, number)
    if (!isSortKey(clientId)) return undefined
    const named = await this.#records.remember(aliasKey(service, clientId), (item) => item['client'])
    const client = typeof named === 'number' ? await this.findClientByNumber(service, named) : undefined
    // An interrupted renaming leaves the old alias behind, which must not find the client.
    return client?.clientIdAlias === clientId ? client : undefined
  }

  /** Finds a client for a caller that changes it. The cache is not used. */
  async findCurrentClient(service: number, clientId: string): Promise<StoredClient | undefined> {
    const number = parseNumber(clientId) ?? (await this.findClient(service, clientId))?.clientId
    if (number === undefined) return undefined
    const item = await this.#records.find(clientKey(service, number))
    const client = item && parseRecord(Client, item)
    return String(number) === clientId || client?.clientIdAlias === clientId ? client : undefined
  }

  /** Finds a service for a caller that changes it. The cache is not used. */
  async findCurrentService(service: number): Promise<StoredService | undefined> {
    const item = await this.#records.find(serviceKey(service))
    return item && withoutDeleted(parseRecord(Service, item))
  }

  /** Whether the service was neither deleted nor replaced by a new one with its number. The cache is not used. */
  async isCurrent(service: Service): Promise<boolean> {
    const current = await this.findCurrentService(service.apiKey)
    return current !== undefined && isSameService(service, current)
  }

  /** Finds deleted services as well, because a deletion may have to continue. The cache is not used. */
  async findForDeletion(service: number): Promise<Service | undefined> {
    const item = await this.#records.find(serviceKey(service))
    return item && parseRecord(Service, item)
  }

  /** @returns the changed client, or `undefined` if it does not exist or `change` returned `undefined` */
  changeClient(
    service: number,
    client: number,
    change: (client: StoredClient) => z.input<typeof Client> | undefined,
  ): Promise<StoredClient | undefined> {
    return this.#records.change(clientKey(service, client), Client, change)
  }

  /** @returns the changed service, or `undefined` if it does not exist or `change` returned `undefined` */
  changeService(
    service: number,
    change: (service: StoredService) => ChangeResult<z.input<typeof Service>>,
  ): Promise<StoredService | undefined> {
    return this.#records.change(serviceKey(service), Service, (current) =>
      current.deletedAt === undefined ? change(current) : undefined,
    )
  }

  /** The private signing key. Only the roles of functions that sign may read its partition. */
  findSigningKey(service: number, kid: string): Promise<KeyObject | undefined> {
    return this.#records.remember(signingRecordKey(service, kid), (item) =>
      createPrivateKey({ key: item['jwk'] as JsonWebKey, format: 'jwk' }),
    )
  }

  putService(service: z.input<typeof Service>): Promise<void> {
    return this.#records.put(serviceKey(service.apiKey), { record: Service.parse(service) })
  }

  /**
   * @param cutOff ends the tokens of a deleted service that had the same number. It does not apply to a number that was never used
   * @returns the stored service, or `undefined` if the number is taken
   */
  async createService(
    service: z.input<typeof Service>,
    cutOff: EpochSeconds,
  ): Promise<StoredService | undefined> {
    const record = Service.parse(service)
    const key = serviceKey(record.apiKey)
    await this.dataVersion.raise(1)
    if ((await this.#records.create(key, { record })).done) return record
    const after = (past: StoredService) => {
      if (past.deletedAt === undefined) return undefined
      const tokensNotBefore = Math.max(cutOff, past.tokensNotBefore ?? 0, record.tokensNotBefore ?? 0)
      const privateKeyIds = [...new Set([...past.privateKeyIds, ...record.privateKeyIds])]
      return { ...record, tokensNotBefore, privateKeyIds }
    }
    return this.#records.change(key, Service, after, true)
  }

  putClient(service: number, client: z.input<typeof Client>): Promise<void> {
    return this.#records.put(clientKey(service, client.clientId), { record: Client.parse(client) })
  }

  putSigningKey(service: number, jwk: JsonWebKey & { kid: string }): Promise<void> {
    return this.#records.put(signingRecordKey(service, jwk.kid), { jwk })
  }

  deleteSigningKey(service: number, kid: string): Promise<void> {
    return this.#records.erase(signingRecordKey(service, kid))
  }

  findOwner(): Promise<Owner | undefined> {
    return this.#records.remember(OWNER_KEY, (item) => parseRecord(Owner, item))
  }

  /** @returns the changed owner, or `undefined` if there is none or `change` returned `undefined` */
  changeOwner(change: (owner: Owner) => Owner | undefined): Promise<Owner | undefined> {
    return this.#records.change(OWNER_KEY, Owner, change)
  }

  putOwner(owner: Owner): Promise<void> {
    return this.#records.put(OWNER_KEY, { record: owner })
  }

  /** All services of the deployment. The cache is not used. */
  async listServices(): Promise<StoredService[]> {
    const items = await this.#records.list(serviceKey(0))
    return items.flatMap((item) => withoutDeleted(parseRecord(Service, item)) ?? [])
  }

  /** All clients of a service, sorted by their numbers as text. The cache is not used. */
  async listClients(service: number): Promise<StoredClient[]> {
    return (await this.#records.list(clientKey(service, 0))).map((item) => parseRecord(Client, item))
  }

  /** The first clients, or the first after `after`, by number as text. An empty list means that none is left. The cache is not used. */
  async listFirstClients(service: number, limit: number, after?: number): Promise<StoredClient[]> {
    return (await this.#clientItems(service, limit, after)).map((item) => parseRecord(Client, item))
  }

  /** The numbers of the first clients, or of the first after `after`, sorted as text. The cache is not used. */
  async listClientNumbers(service: number, limit: number, after?: number): Promise<number[]> {
    return (await this.#clientItems(service, limit, after)).map(({ sk }) => Number(sk))
  }

  #clientItems(service: number, limit: number, after?: number) {
    return this.#records.listFirst(clientKey(service, 0), limit, after?.toString())
  }

  /** The first aliases, including those that no client has, with the numbers of their clients. The cache is not used. */
  async listFirstAliases(service: number, limit: number): Promise<{ alias: string; clientId: number }[]> {
    const items = await this.#records.listFirst(aliasKey(service, ''), limit)
    return items.map((item) => ({ alias: String(item['sk']), clientId: Number(item['client']) }))
  }

  /** Whether clients or aliases exist under the number of a service. The service itself may be deleted. */
  async hasClients(service: number): Promise<boolean> {
    const clients = await this.listFirstClients(service, 1)
    return clients.length > 0 || (await this.listFirstAliases(service, 1)).length > 0
  }

  /** @returns false if another client has the alias */
  putAlias(service: number, alias: string, client: number): Promise<boolean> {
    return takeAlias({ service, alias, client }, this.#records, this.#now())
  }

  async isAliasTaken(service: number, alias: string): Promise<boolean> {
    return (await this.#records.find(aliasKey(service, alias))) !== undefined
  }

  async deleteAlias(service: number, alias: string, client: number): Promise<void> {
    await this.#records.remove(aliasKey(service, alias), { client })
  }

  /**
   * Marks a service as deleted. The record stays, but only `findForDeletion` still finds it.
   *
   * @param found the record that `findForDeletion` returned
   * @returns the marked record, or `undefined` if another service has the number now
   */
  markDeleted(found: Service, now: EpochSeconds): Promise<Service | undefined> {
    return this.#records.change(serviceKey(found.apiKey), Service, (current) =>
      isSameService(found, current) ? { ...current, deletedAt: current.deletedAt ?? now } : undefined,
    )
  }

  /**
   * Ends a deletion. Only the times, the number, the issuer, the credentials and the cut-off of the service stay, and the ids of its
   * private keys, so that a repeated deletion also erases keys that an interrupted update has stored since.
   */
  async finishDeletion({ apiKey, deletedAt }: Service): Promise<void> {
    const rest = (current: StoredService) => {
      if (current.deletedAt === undefined || current.deletedAt !== deletedAt) return undefined
      const { issuer, credentials, tokensNotBefore, createdAt, privateKeyIds } = current
      return { apiKey, issuer, credentials, tokensNotBefore, createdAt, deletedAt, privateKeyIds }
    }
    await this.#records.change(serviceKey(apiKey), Service, rest, true)
  }

  /** Deletes a client. The caller must settle its alias, which is free afterwards. @returns the client, if there was one */
  deleteClient(service: number, client: number): Promise<Client | undefined> {
    return this.#records.take(clientKey(service, client), Client)
  }
}

/** @returns `undefined` for a service whose deletion has begun: only its deletion may still find it */
function withoutDeleted(service: StoredService): StoredService | undefined {
  return service.deletedAt === undefined ? service : undefined
}

/** Whether both are states of one service. A service that was created later under the number of a deleted one is another service. */
function isSameService(found: Service, current: Service): boolean {
  const isOfOneDeletion = found.deletedAt === undefined || found.deletedAt === current.deletedAt
  return found.createdAt === current.createdAt && isOfOneDeletion
}
