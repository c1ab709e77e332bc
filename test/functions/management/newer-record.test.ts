import { expect, test } from 'vitest'
import { addOwner } from '../../../infra/management/owner.ts'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import { clientKey, OWNER_KEY, type RecordKey, serviceKey } from '../../../shared/store/record-keys.ts'
import { MANAGE, SERVICE } from '../../support/management.ts'
import { rawTables } from '../../support/raw-tables.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v3 } = await testManagement({
  supportedScopes: [{ name: 'read', defaultEntry: false }],
})
const { registry } = rawTables(runtime)

type Members = Record<string, unknown>
interface Stored extends Members {
  record: Members
}

const read = async (key: RecordKey) => (await registry.get({ ...key })) as Stored

/** Gives an item what a newer version would store in it. */
async function makeNewer(key: RecordKey, lists: readonly string[] = []): Promise<void> {
  const item = await read(key)
  for (const list of lists) for (const element of item.record[list] as Members[]) element['newer'] = 'kept'
  await registry.put({ ...item, newer: 'kept', record: { ...item.record, newer: { inside: ['kept'] } } })
}

const KEPT = { newer: 'kept', record: { newer: { inside: ['kept'] } } }

test.each([
  ['/client/update/ID', { clientType: 'CONFIDENTIAL', clientName: 'other' }],
  ['/client/update/ID', { clientType: 'CONFIDENTIAL', clientIdAlias: 'other' }],
  ['/client/lock_flag/update/ID', { clientLocked: true }],
  ['/client/secret/update/ID', { clientSecret: 's'.repeat(43) }],
  ['/client/extension/requestable_scopes/update/ID', { requestableScopes: ['read'] }],
])('%s keeps members of a client that only a newer version knows: %j', async (path, body) => {
  const { json } = await v3('POST', '/client/create', { clientType: 'CONFIDENTIAL' })
  const key = clientKey(SERVICE, Number(json['clientId']))
  await makeNewer(key)
  const { status } = await v3('POST', path.replace('ID', String(json['clientId'])), body)
  expect(status).toBe(200)
  expect(await read(key)).toMatchObject(KEPT)
})

test.each([
  ['/client/secret/refresh/ID', 'GET'],
  ['/client/extension/requestable_scopes/delete/ID', 'DELETE'],
])('%s keeps members of a client that only a newer version knows', async (path, method) => {
  const { json } = await v3('POST', '/client/create', { clientType: 'CONFIDENTIAL' })
  const key = clientKey(SERVICE, Number(json['clientId']))
  await makeNewer(key)
  const { status } = await v3(method, path.replace('ID', String(json['clientId'])))
  expect([200, 204]).toContain(status)
  expect(await read(key)).toMatchObject(KEPT)
})

test('an update of a service keeps members that only a newer version knows, in the service, its scopes and its credentials, and removes what the caller takes away', async () => {
  const key = serviceKey(SERVICE)
  await makeNewer(key, ['credentials', 'supportedScopes'])
  const { json } = await v3('GET', '/service/get')
  const [manage] = json['credentials'] as Members[]
  expect(manage?.['id']).toBe(credentialId({ digest: digest(MANAGE) }))
  const { status } = await v3('POST', '/service/update', {
    ...json,
    description: 'changed',
    supportedScopes: [{ name: 'read', description: 'changed' }, { name: 'write' }],
    credentials: [{ ...manage, note: 'changed' }, { role: 'introspect' }],
  })
  expect(status).toBe(200)
  const { record } = await read(key)
  expect(await read(key)).toMatchObject(KEPT)
  expect(record['credentials']).toEqual([
    expect.objectContaining({ digest: digest(MANAGE), note: 'changed', newer: 'kept' }),
    expect.not.objectContaining({ newer: 'kept' }),
  ])
  expect(record['supportedScopes']).toEqual([
    expect.objectContaining({ name: 'read', description: 'changed', newer: 'kept' }),
    expect.not.objectContaining({ newer: 'kept' }),
  ])
})

test('further credentials of the owner keep members of the first that only a newer version knows', async () => {
  await makeNewer(OWNER_KEY, ['credentials'])
  await addOwner(runtime.store.registry, runtime.random)
  const { record } = await read(OWNER_KEY)
  expect(await read(OWNER_KEY)).toMatchObject(KEPT)
  expect(record['credentials']).toEqual([
    expect.objectContaining({ newer: 'kept' }),
    expect.not.objectContaining({ newer: 'kept' }),
  ])
})

test('a deleted service keeps no member that only a newer version knows, and a new one with its number has none', async () => {
  const key = serviceKey(SERVICE)
  await makeNewer(key, ['credentials'])
  expect((await v3('DELETE', '/service/delete')).status).toBe(204)
  expect((await read(key)).record).not.toHaveProperty('newer')
  expect((await read(key)).record['credentials']).not.toContainEqual(
    expect.objectContaining({ newer: 'kept' }),
  )
  await makeNewer(key)
  const { store, clock } = runtime
  const service = { apiKey: SERVICE, issuer: 'https://as.example.com', credentials: [] }
  await store.registry.createService(service, clock.now)
  expect((await read(key)).record).not.toHaveProperty('newer')
})
