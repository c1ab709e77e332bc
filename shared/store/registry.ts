import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type * as z from 'zod/mini'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { openCache } from './cache.ts'
import { Client } from './client.ts'
import { Service } from './service.ts'
import type { Item, Table } from './table.ts'

/** In UTF-16 units, well within the 1024 bytes of a sort key. */
const MAX_CLIENT_ID_LENGTH = 256

/** Services, clients, aliases and signing keys, read through a cache in memory (design, section 3). */
export function openRegistry(table: Table, cacheSeconds: number, now: () => EpochSeconds) {
  const cache = openCache(cacheSeconds, now)

  const findService = (service: number): Promise<Service | undefined> =>
    record(serviceKey(service), (item) => parse(Service, item))

  const findClientByNumber = (service: number, client: number): Promise<Client | undefined> =>
    record(clientKey(service, client), (item) => parse(Client, item))

  /** @param clientId the number in decimal, or else the alias */
  async function findClient(service: number, clientId: string): Promise<Client | undefined> {
    const number = clientNumber(clientId)
    if (number !== undefined) return findClientByNumber(service, number)
    const isKey = clientId !== '' && clientId.length <= MAX_CLIENT_ID_LENGTH && clientId.isWellFormed()
    if (!isKey) return undefined
    const named = await record(aliasKey(service, clientId), (item) => item['client'])
    return typeof named === 'number' ? findClientByNumber(service, named) : undefined
  }

  /** The private signing key. It lies in a partition that only the token function's role may read. */
  const findSigningKey = (service: number, kid: string): Promise<KeyObject | undefined> =>
    record(signingKeyKey(service, kid), (item) =>
      createPrivateKey({ key: item['jwk'] as JsonWebKey, format: 'jwk' }),
    )

  const putService = (service: z.input<typeof Service>): Promise<void> =>
    put(serviceKey(service.apiKey), { record: Service.parse(service) })

  const putClient = (service: number, client: z.input<typeof Client>): Promise<void> =>
    put(clientKey(service, client.clientId), { record: Client.parse(client) })

  const putSigningKey = (service: number, jwk: JsonWebKey & { kid: string }): Promise<void> =>
    put(signingKeyKey(service, jwk.kid), { jwk })

  const findOwner = (): Promise<Owner | undefined> => record(OWNER_KEY, (item) => item['record'] as Owner)

  const putOwner = (owner: Owner): Promise<void> => put(OWNER_KEY, { record: owner })

  /** All services of the deployment. Never from the cache. */
  async function listServices(): Promise<Service[]> {
    const items = await table.query({ pk: serviceKey(0).pk })
    return items.map((item) => parse(Service, item))
  }

  /** All clients of a service in the order of their numbers as text. Never from the cache. */
  async function listClients(service: number): Promise<Client[]> {
    const items = await table.query({ pk: clientKey(service, 0).pk })
    return items.map((item) => parse(Client, item))
  }

  /** @returns whether the alias was free, or the client's already */
  async function putAlias(service: number, alias: string, client: number): Promise<boolean> {
    const outcome = await table.create({ client }, aliasKey(service, alias))
    return outcome.done || outcome.current?.['client'] === client
  }

  /** Its clients' records stay behind, but nobody can name them any more: their tokens are found by the service. */
  async function deleteService(service: number): Promise<void> {
    await remove(serviceKey(service), serviceKey(service))
  }

  async function deleteClient(service: number, client: Client): Promise<void> {
    const { clientId, clientIdAlias } = client
    if (clientIdAlias !== undefined) await remove(aliasKey(service, clientIdAlias), { client: clientId })
    const key = clientKey(service, clientId)
    await remove(key, key)
  }

  function record<T>(key: RegistryKey, read: (item: Item) => T | undefined): Promise<T | undefined> {
    return cache.remember(cacheKey(key), async () => {
      const item = await table.find({ ...key })
      return item && read(item)
    })
  }

  async function put(key: RegistryKey, item: Item): Promise<void> {
    await table.replace(item, { ...key })
    cache.forget(cacheKey(key))
  }

  async function remove(key: RegistryKey, stored: Item): Promise<void> {
    await table.remove({ ...key }, { ...stored })
    cache.forget(cacheKey(key))
  }

  return {
    findService,
    findClient,
    findClientByNumber,
    findSigningKey,
    putService,
    putClient,
    putSigningKey,
    findOwner,
    putOwner,
    listServices,
    listClients,
    deleteService,
    putAlias,
    deleteClient,
  }
}

export type Registry = ReturnType<typeof openRegistry>

/** Who manages the services of the deployment (design, section 1): v2 key and secret, v3 token, as digests. */
export interface Owner {
  readonly apiKey: string
  readonly apiSecretDigest: string
  readonly organizationTokenDigest: string
}

const OWNER_KEY = { pk: 'owner', sk: 'owner' }

interface RegistryKey {
  readonly pk: string
  readonly sk: string
}

const serviceKey = (service: number) => ({ pk: 'service', sk: String(service) })
const clientKey = (service: number, client: number) => ({
  pk: `client#${String(service)}`,
  sk: String(client),
})
const aliasKey = (service: number, alias: string) => ({ pk: `alias#${String(service)}`, sk: alias })
const signingKeyKey = (service: number, kid: string) => ({ pk: `keys#${String(service)}`, sk: kid })
const cacheKey = ({ pk, sk }: RegistryKey) => `${pk} ${sk}`

const CLIENT_NUMBER = /^[1-9][0-9]{0,14}$/
const MAX_CLIENT_NUMBER = 2 ** 48 - 1

/** A client number is 6 bytes in every token string. `undefined`: the text is no such number. */
export function clientNumber(text: string): number | undefined {
  const number = CLIENT_NUMBER.test(text) ? Number(text) : undefined
  return number !== undefined && number <= MAX_CLIENT_NUMBER ? number : undefined
}

function parse<T>(schema: z.ZodMiniType<T>, item: Item): T {
  return schema.parse(item['record'])
}
