import { generateKeyPairSync, KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Client } from '../../../shared/store/client.ts'
import type { Registry } from '../../../shared/store/registry.ts'
import { START } from '../../support/fixed-runtime.ts'
import { delayFirstAnswer } from '../../support/cutting-proxy.ts'
import { CLIENT, SERVICE } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

const CACHE_SECONDS = 10

export async function registryRecords(engine: Engine) {
  const tested = await storeUnderTest(engine, { registryCacheSeconds: CACHE_SECONDS })
  const registry = tested.runtime.store.registry

  let number = CLIENT
  async function newClient(settings: { clientIdAlias?: string; clientName?: string } = {}): Promise<Client> {
    number += 1
    const client = Client.parse({ clientId: number, ...settings })
    expect(await tested.runtime.store.clients.create(SERVICE, client, START)).toBe(true)
    return client
  }

  test('a client is found by its number and by its alias', async () => {
    const client = await newClient({ clientIdAlias: 'my-client' })
    expect(await registry.findClient(SERVICE, String(client.clientId))).toEqual(client)
    expect(await registry.findClient(SERVICE, 'my-client')).toEqual(client)
    expect(await registry.findClientByNumber(SERVICE, client.clientId)).toEqual(client)
  })

  test('the data version rises by the first write that needs it, and never falls', async () => {
    const before = await registry.dataVersion.find()
    await Promise.all([7, 9, 8].map((version) => registry.dataVersion.raise(before + version)))
    expect(await registry.dataVersion.find()).toBe(before + 9)
    await registry.dataVersion.raise(before + 1)
    expect(await registry.dataVersion.find()).toBe(before + 9)
  })

  test('a client of another service is not found', async () => {
    const client = await newClient({ clientIdAlias: 'elsewhere' })
    expect(await registry.findClient(SERVICE + 1, String(client.clientId))).toBeUndefined()
    expect(await registry.findClient(SERVICE + 1, 'elsewhere')).toBeUndefined()
  })

  test.each([
    ...['__proto__', 'constructor', 'service', '', ' ', '0', '-1', '1e3', '0x10', '1.0', '٣', '\ud800'],
    ...['my-client ', 'MY-CLIENT'],
  ])('no client is found for %j', async (clientId) => {
    expect(await registry.findClient(SERVICE, clientId)).toBeUndefined()
  })

  test.each(['a', '9', '\u{1F510}', '\ud800', '\0'])('no client is any length of %j', async (character) => {
    for (const length of [1, 128, 129, 256, 257, 1024, 1025, 5000]) {
      expect(await registry.findClient(SERVICE, character.repeat(length))).toBeUndefined()
    }
  })

  test('no other spelling of a number finds a client', async () => {
    const { clientId } = await newClient()
    for (const spelling of [
      `0${clientId}`,
      ` ${clientId}`,
      `+${clientId}`,
      `${clientId}.0`,
      `${clientId}n`,
    ]) {
      expect(await registry.findClient(SERVICE, spelling)).toBeUndefined()
    }
  })

  test.each(['__proto__', 'constructor', '0123', String(2 ** 48), 'クライアント'])(
    'the alias %j, no number, finds a client',
    async (clientIdAlias) => {
      const client = await newClient({ clientIdAlias })
      expect(await registry.findClient(SERVICE, clientIdAlias)).toEqual(client)
      await tested.runtime.store.clients.remove(SERVICE, client)
      expect(await registry.findClient(SERVICE, clientIdAlias)).toBeUndefined()
    },
  )

  test('an alias has one client', async () => {
    const first = await newClient({ clientIdAlias: 'unique' })
    number += 1
    const second = Client.parse({ clientId: number, clientIdAlias: 'unique' })
    expect(await tested.runtime.store.clients.create(SERVICE, second, START)).toBe(false)
    expect(await registry.findClient(SERVICE, 'unique')).toEqual(first)
    expect(await registry.findClientByNumber(SERVICE, number)).toBeUndefined()
    const id = `${SERVICE}.${number}`
    expect(await tested.raw.grants.get({ id })).toBeUndefined()
  })

  test('an alias may be the same in another service', async () => {
    const client = await newClient({ clientIdAlias: 'twice' })
    expect(await tested.runtime.store.clients.create(SERVICE + 1, client, START)).toBe(true)
  })

  test('an alias is free again when its client is deleted', async () => {
    const first = await newClient({ clientIdAlias: 'freed' })
    await tested.runtime.store.clients.remove(SERVICE, first)
    expect(await registry.findClient(SERVICE, 'freed')).toBeUndefined()
    const second = await newClient({ clientIdAlias: 'freed' })
    expect(await registry.findClient(SERVICE, 'freed')).toEqual(second)
    await tested.runtime.store.clients.remove(SERVICE, first)
    expect(await registry.findClient(SERVICE, 'freed')).toEqual(second)
  })

  test('a client number that is taken is refused, and its client stays as it was', async () => {
    const client = await newClient({ clientName: 'First' })
    const second = { ...client, clientName: 'Second' }
    expect(await tested.runtime.store.clients.create(SERVICE, second, START)).toBe(false)
    expect(await tested.rival.store.registry.findClientByNumber(SERVICE, client.clientId)).toEqual(client)
  })

  test('a signing key comes back as the private key that it was', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await registry.putSigningKey(SERVICE, { ...privateKey.export({ format: 'jwk' }), kid: 'k' })
    const found = await registry.findSigningKey(SERVICE, 'k')
    expect(found).toBeInstanceOf(KeyObject)
    expect(found?.equals(privateKey)).toBe(true)
    expect(await registry.findSigningKey(SERVICE + 1, 'k')).toBeUndefined()
    const partitions = (await tested.raw.registry.scan())
      .filter((item) => JSON.stringify(item).includes('"d":'))
      .map(({ pk }) => pk)
    expect(partitions).toEqual([`keys#${SERVICE}`])
  })

  const service = (name: string) => ({
    apiKey: SERVICE,
    serviceName: name,
    issuer: 'https://as.example.com',
    credentials: [],
  })
  const nameIn = async ({ store }: { store: { registry: Registry } }) =>
    (await store.registry.findService(SERVICE))?.serviceName

  test("the registry's cache spares reads, and a write in the same process is seen at once", async () => {
    await registry.putService(service('first'))
    for (let i = 0; i < 3; i++) expect(await nameIn(tested.runtime)).toBe('first')
    await registry.putService(service('second'))
    expect(await nameIn(tested.runtime)).toBe('second')
    const operations = tested.proxy.passed.map(({ operation }) => operation)
    expect(operations).toEqual(['PutItem', 'GetItem', 'PutItem', 'GetItem'])
  })

  test("the registry's cache shows a write of another process when its seconds have passed, not later", async () => {
    await registry.putService(service('first'))
    expect(await nameIn(tested.rival)).toBe('first')
    await registry.putService(service('second'))
    const { clock } = tested.rival
    const readAt = clock.now
    clock.now = addSeconds(readAt, CACHE_SECONDS - 1)
    expect(await nameIn(tested.rival)).toBe('first')
    clock.now = addSeconds(readAt, CACHE_SECONDS)
    expect(await nameIn(tested.rival)).toBe('second')
  })

  test("the registry's cache keeps nothing of a read that a write in the same process overtook", async () => {
    await registry.putService(service('first'))
    tested.proxy.fate = delayFirstAnswer('GetItem', () => registry.putService(service('second')))
    expect(await nameIn(tested.runtime)).toBe('first')
    expect(await nameIn(tested.runtime)).toBe('second')
  })

  test("the registry's cache does not remember that a client was missing", async () => {
    const unknown = number + 1
    expect(await tested.rival.store.registry.findClientByNumber(SERVICE, unknown)).toBeUndefined()
    await newClient()
    expect(await tested.rival.store.registry.findClientByNumber(SERVICE, unknown)).toBeDefined()
  })
}
