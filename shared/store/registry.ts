import { createPrivateKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto'
import type * as z from 'zod/mini'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { Client } from './client.ts'
import { Records, parseRecord } from './records.ts'
import { Service } from './service.ts'
import type { Table } from './table.ts'

/** In UTF-16 units. A sort key may have 1024 bytes. */
const MAX_CLIENT_ID_LENGTH = 256

/** Services, clients, aliases and signing keys, read through a cache in memory (architecture, section 3). */
export class Registry {
  /** How long other processes may still see the old record after a change. */
  readonly cacheSeconds: number
  readonly #records: Records

  constructor(table: Table, cacheSeconds: number, now: () => EpochSeconds) {
    this.cacheSeconds = cacheSeconds
    this.#records = new Records(table, cacheSeconds, now)
  }

  findService(service: number): Promise<Service | undefined> {
    return this.#records.remember(serviceKey(service), (item) => parseRecord(Service, item))
  }

  findClientByNumber(service: number, client: number): Promise<Client | undefined> {
    return this.#records.remember(clientKey(service, client), (item) => parseRecord(Client, item))
  }

  /** @param clientId the number in decimal, or the alias */
  async findClient(service: number, clientId: string): Promise<Client | undefined> {
    const number = clientNumber(clientId)
    if (number !== undefined) return this.findClientByNumber(service, number)
    const isKey = clientId !== '' && clientId.length <= MAX_CLIENT_ID_LENGTH && clientId.isWellFormed()
    if (!isKey) return undefined
    const named = await this.#records.remember(aliasKey(service, clientId), (item) => item['client'])
    const client = typeof named === 'number' ? await this.findClientByNumber(service, named) : undefined
    // An interrupted rename leaves the old alias behind, which must not find the client.
    return client?.clientIdAlias === clientId ? client : undefined
  }

  /** `findClient` for callers that change the client: not from the cache. */
  async currentClient(service: number, clientId: string): Promise<Client | undefined> {
    const number = clientNumber(clientId) ?? (await this.findClient(service, clientId))?.clientId
    if (number === undefined) return undefined
    const item = await this.#records.find(clientKey(service, number))
    const client = item && parseRecord(Client, item)
    return String(number) === clientId || client?.clientIdAlias === clientId ? client : undefined
  }

  /** Not from the cache. */
  async currentService(service: number): Promise<Service | undefined> {
    const item = await this.#records.find(serviceKey(service))
    return item && parseRecord(Service, item)
  }

  /** @returns the changed client, or `undefined` if it does not exist */
  changeClient(
    service: number,
    client: number,
    change: (client: Client) => z.input<typeof Client>,
  ): Promise<Client | undefined> {
    return this.#records.change(clientKey(service, client), Client, change)
  }

  /** @returns the changed service, or `undefined` if it does not exist */
  changeService(
    service: number,
    change: (service: Service) => z.input<typeof Service>,
  ): Promise<Service | undefined> {
    return this.#records.change(serviceKey(service), Service, change)
  }

  /** The private signing key. Only the roles of functions that sign may read its partition. */
  findSigningKey(service: number, kid: string): Promise<KeyObject | undefined> {
    return this.#records.remember(signingKeyKey(service, kid), (item) =>
      createPrivateKey({ key: item['jwk'] as JsonWebKey, format: 'jwk' }),
    )
  }

  putService(service: z.input<typeof Service>): Promise<void> {
    return this.#records.put(serviceKey(service.apiKey), { record: Service.parse(service) })
  }

  /** @returns false if the number is taken */
  async createService(service: z.input<typeof Service>): Promise<boolean> {
    const record = Service.parse(service)
    return (await this.#records.create(serviceKey(service.apiKey), { record })).done
  }

  putClient(service: number, client: z.input<typeof Client>): Promise<void> {
    return this.#records.put(clientKey(service, client.clientId), { record: Client.parse(client) })
  }

  putSigningKey(service: number, jwk: JsonWebKey & { kid: string }): Promise<void> {
    return this.#records.put(signingKeyKey(service, jwk.kid), { jwk })
  }

  deleteSigningKey(service: number, kid: string): Promise<void> {
    return this.#records.erase(signingKeyKey(service, kid))
  }

  findOwner(): Promise<Owner | undefined> {
    return this.#records.remember(OWNER_KEY, (item) => item['record'] as Owner)
  }

  putOwner(owner: Owner): Promise<void> {
    return this.#records.put(OWNER_KEY, { record: owner })
  }

  /** All services of the deployment. Not from the cache. */
  async listServices(): Promise<Service[]> {
    const items = await this.#records.list(serviceKey(0))
    return items.map((item) => parseRecord(Service, item))
  }

  /** All clients of a service, sorted by their numbers as text. Not from the cache. */
  async listClients(service: number): Promise<Client[]> {
    const items = await this.#records.list(clientKey(service, 0))
    return items.map((item) => parseRecord(Client, item))
  }

  /**
   * Uses up the `jti` of a client assertion (RFC 7523 section 3).
   *
   * @param until from then on the assertion is refused for its age
   * @returns false if it was used before; the SDK's retry of a write is not a second use
   */
  async useAssertion(service: number, client: number, jti: string, until: EpochSeconds): Promise<boolean> {
    const key = { pk: `jti#${String(service)}.${String(client)}`, sk: hash('sha256', jti, 'base64url') }
    const outcome = await this.#records.create(key, { ttl: until })
    return outcome.done
  }

  /** @returns false if another client has the alias */
  async putAlias(service: number, alias: string, client: number): Promise<boolean> {
    const outcome = await this.#records.create(aliasKey(service, alias), { client })
    return outcome.done || outcome.current?.['client'] === client
  }

  async isAliasTaken(service: number, alias: string): Promise<boolean> {
    return (await this.#records.find(aliasKey(service, alias))) !== undefined
  }

  async deleteAlias(service: number, alias: string, client: number): Promise<void> {
    await this.#records.remove(aliasKey(service, alias), { client })
  }

  /** The records of its clients stay, but cannot be used: every request finds its client through the service. */
  async deleteService(service: number): Promise<void> {
    await this.#records.remove(serviceKey(service), serviceKey(service))
  }

  async deleteClient(service: number, client: Client): Promise<void> {
    const { clientId, clientIdAlias } = client
    if (clientIdAlias !== undefined) await this.deleteAlias(service, clientIdAlias, clientId)
    const key = clientKey(service, clientId)
    await this.#records.remove(key, key)
  }
}

/** The credentials of the owner, who manages the services (architecture, section 1): key and secret for v2, token for v3. */
export interface Owner {
  readonly apiKey: string
  readonly apiSecretDigest: string
  readonly organizationTokenDigest: string
}

const OWNER_KEY = { pk: 'owner', sk: 'owner' }

const serviceKey = (service: number) => ({ pk: 'service', sk: String(service) })
const clientKey = (service: number, client: number) => ({
  pk: `client#${String(service)}`,
  sk: String(client),
})
const aliasKey = (service: number, alias: string) => ({ pk: `alias#${String(service)}`, sk: alias })
const signingKeyKey = (service: number, kid: string) => ({ pk: `keys#${String(service)}`, sk: kid })

const CLIENT_NUMBER = /^[1-9][0-9]{0,14}$/
const MAX_CLIENT_NUMBER = 2 ** 48 - 1

/** @returns `undefined` unless the text is a client number, which has at most 6 bytes in token strings */
export function clientNumber(text: string): number | undefined {
  const number = CLIENT_NUMBER.test(text) ? Number(text) : undefined
  return number !== undefined && number <= MAX_CLIENT_NUMBER ? number : undefined
}
