import { beforeEach, expect, test } from 'vitest'
import { openManagement } from '../../../infra/management/management.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { cut, cutAll, delayFirstAnswer, delayFirstRequest, pass } from '../../support/cutting-proxy.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { gateway, webApi } from '../../support/gateway.ts'
import {
  basic,
  bearer,
  failure,
  ORGANIZATION,
  OWNER_KEY,
  OWNER_SECRET,
  putOwner,
} from '../../support/management.ts'
import { newSigningKey } from '../../support/signing-keys.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, OWN, type TestClient, type Walk } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
await putOwner(runtime)
const { registry } = runtime.store

let walk: Walk
let client: TestClient
beforeEach(async () => {
  proxy.fate = pass
  walk = await openWalk(runtime)
  client = await walk.addClient(BASIC, { clientIdAlias: 'payments' })
})

const remove = () => walk.v3('DELETE', '/service/delete')
const removeByOwner = () =>
  walk.api('DELETE', `/api/service/delete/${walk.serviceId}`, undefined, basic(OWNER_KEY, OWNER_SECRET))
const removeByOrganization = () => walk.v3('DELETE', '/service/delete', undefined, bearer(ORGANIZATION))
const ask = (certificate?: string) =>
  walk.post('/token', { grant_type: 'client_credentials' }, certificate, basic(client.id, client.secret))

/** Everything in both tables that belongs to the service: the kinds of records, and states of clients. */
async function left(): Promise<string[]> {
  const records = (await runtime.tables.registry.scan()).filter(
    ({ pk, sk }) => String(pk).endsWith(`#${walk.serviceId}`) || (pk === 'service' && sk === walk.serviceId),
  )
  const states = (await runtime.tables.grants.scan()).filter(({ id, stage }) => {
    return stage === undefined && String(id).startsWith(`${walk.serviceId}.`)
  })
  return [...records.map(({ pk }) => String(pk).split('#')[0] ?? ''), ...states.map(() => 'state')]
}

async function addClients(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await walk.addClient(BASIC)
}

test('a deleted service leaves only its record with the time of deletion', async () => {
  await addClients(60)
  expect((await left()).length).toBeGreaterThan(60)
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
  const tombstone = await registry.findForDeletion(walk.number)
  expect(tombstone).toMatchObject({ deletedAt: START, jwks: [], supportedScopes: [] })
})

test('a deletion that has ended can be repeated, by the same credential, the owner and the organization', async () => {
  for (const again of [remove, remove, removeByOwner, removeByOrganization]) {
    expect((await again()).status).toBe(204)
  }
  const runtimeSecret = bearer(walk.secrets.runtime)
  expect(failure(await walk.v3('DELETE', '/service/delete', undefined, runtimeSecret))).toBe('403 A001291')
})

test('a service is absent for every other call as soon as its deletion has begun', async () => {
  const { access } = tokensOf(await walk.credentials(client, OWN))
  proxy.fate = cutAll('DeleteItem')
  expect(failure(await remove())).toBe('503 A001191')
  proxy.fate = pass
  expect(await left()).toEqual(expect.arrayContaining(['client', 'state', 'keys']))
  expect(failure(await walk.introspect(access, OWN))).toBe('401 A458101')
  expect(failure(await walk.v3('GET', '/service/get'))).toBe('401 A458101')
  expect(failure(await walk.call('/service/update', { serviceName: 'A' }))).toBe('401 A458101')
  expect(failure(await walk.call('/client/create', {}))).toBe('401 A458101')
  const ownerAccess = await walk.v3('GET', '/service/get', undefined, bearer(ORGANIZATION))
  expect(failure(ownerAccess)).toBe('404 A037201')
  expect(await registry.findCurrentService(walk.number)).toBeUndefined()
  expect((await registry.listServices()).map(({ apiKey }) => apiKey)).not.toContain(walk.number)
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
})

test('the OAuth face answers 503 while its service is deleted, and no failure is logged', async () => {
  await remove()
  runtime.lines.length = 0
  const answers = [await ask(OWN), await walk.send({ route: '/jwks', method: 'GET' })]
  expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
    [503, '1'],
    [503, '1'],
  ])
  expect(runtime.logged()).toMatchObject([
    { level: 'warn', reason: 'service-absent' },
    { level: 'warn', reason: 'service-absent' },
  ])
})

test('a deletion that takes too long answers 503, and the next calls go on until 204', async () => {
  await addClients(80)
  proxy.fate = (passing, forward) => {
    if (passing.operation === 'Query') runtime.clock.now = addSeconds(runtime.clock.now, 5)
    return forward()
  }
  const first = await remove()
  expect(failure(first)).toBe('503 A037191')
  expect(first.headers['retry-after']).toBe('1')
  const afterFirst = await left()
  expect(afterFirst).toContain('client')
  expect((await removeByOwner()).status).toBe(503)
  expect((await left()).length).toBeLessThan(afterFirst.length)
  let status = 503
  for (let call = 0; status === 503 && call < 10; call++) status = (await remove()).status
  expect(status).toBe(204)
  expect(await left()).toEqual(['service'])
})

test('a client that a function with a warm cache creates in a deleted service is refused and leaves nothing', async () => {
  const other = await fixedRuntime({}, { endpoint: runtime.endpoint, close: () => Promise.resolve() })
  const warm = webApi(gateway(other), walk.serviceId, walk.secrets.manage)
  expect((await warm.v3('GET', '/client/get/list')).status).toBe(200)
  expect((await remove()).status).toBe(204)
  expect(failure(await warm.call('/client/create', { clientIdAlias: 'rogue' }))).toBe('404 A037201')
  await other.close()
  expect(await left()).toEqual(['service'])
})

test.each([
  ['deleted', remove],
  ['deleted and made again', () => remove().then(() => walk.setService({ createdAt: START + 60 }))],
])(
  'if the service is %s while a client is created, the client is refused and leaves nothing',
  async (_, meanwhile) => {
    proxy.fate = delayFirstRequest('PutItem', async () => {
      proxy.fate = pass
      await meanwhile()
    })
    expect(failure(await walk.call('/client/create', { clientIdAlias: 'rogue' }))).toBe('404 A037201')
    expect((await left()).filter((kind) => ['client', 'alias', 'state'].includes(kind))).toEqual([])
  },
)

test('a signing key that another process adds during a deletion is deleted as well', async () => {
  await walk.v3('GET', '/service/get')
  const other = await fixedRuntime({}, { endpoint: runtime.endpoint, close: () => Promise.resolve() })
  const { own, open } = newSigningKey('2', 'ES256')
  await other.store.registry.putSigningKey(walk.number, own)
  await other.store.registry.changeService(walk.number, (service) => ({
    ...service,
    jwks: [...service.jwks, { ...open, kty: 'EC' }],
    privateKeyIds: [...service.privateKeyIds, '2'],
  }))
  await other.close()
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
})

const addKey = () =>
  walk.v3('POST', '/service/update', { jwks: JSON.stringify({ keys: [newSigningKey('2', 'ES256').own] }) })

test.each([
  ['before', delayFirstRequest],
  ['after', delayFirstAnswer],
])('a deletion %s an update stores its new private key leaves no key behind', async (_when, held) => {
  const answers: number[] = []
  proxy.fate = held('PutItem', async () => {
    proxy.fate = pass
    answers.push((await remove()).status)
  })
  expect(failure(await addKey())).toBe('404 A037201')
  expect(answers).toEqual([204])
  expect(await left()).toEqual(['service'])
})

test('the private key of an update that was interrupted goes with the service', async () => {
  proxy.fate = async ({ operation, body }, forward) => {
    const reply = await forward()
    if (operation === 'PutItem' && body['TableName'] === 'registry') proxy.fate = cut
    return reply
  }
  expect(failure(await addKey())).toBe('503 A001191')
  proxy.fate = pass
  expect((await left()).filter((kind) => kind === 'keys')).toHaveLength(2)
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
})

test('a private key that an interrupted update has only removed from the set goes with the service', async () => {
  proxy.fate = cutAll('DeleteItem')
  const removeKeys = () => walk.v3('POST', '/service/update', { jwks: JSON.stringify({ keys: [] }) })
  expect((await removeKeys()).status).toBe(503)
  proxy.fate = pass
  expect((await removeKeys()).status).toBe(200)
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
})

test('the private key that an interrupted update stores after the deletion goes with a repeated deletion', async () => {
  proxy.fate = delayFirstRequest('PutItem', async () => {
    proxy.fate = pass
    await remove()
    // The held request itself goes on.
    proxy.fate = cut
  })
  expect(failure(await addKey())).toBe('503 A001191')
  proxy.fate = pass
  expect(await left()).toEqual(expect.arrayContaining(['keys']))
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
})

test('aliases and states that an interrupted creation has left go with the service', async () => {
  await registry.putAlias(walk.number, 'half-made', 4711)
  await runtime.tables.grants.put({ id: `${walk.serviceId}.4711`, locked: false, notBefore: START })
  expect((await remove()).status).toBe(204)
  expect(await left()).toEqual(['service'])
})

test('a service that never was is unknown to the owner who deletes it', async () => {
  const owner = basic(OWNER_KEY, OWNER_SECRET)
  const unknown = await walk.api('DELETE', '/api/service/delete/4711', undefined, owner)
  expect(failure(unknown)).toBe('404 A037201')
})

test('a repeated deletion that comes too late does not touch a new service of the same number', async () => {
  await remove()
  const tombstone = await registry.findForDeletion(walk.number)
  if (tombstone === undefined) throw new Error('no tombstone')
  const { newService } = openManagement({ ...runtime, now: () => addSeconds(START, 60) })
  const { service: made } = await newService(walk.number, { issuer: 'https://as.example.com' }, 10)
  expect(made).toMatchObject({ tokensNotBefore: START + 71 })
  expect(await registry.markDeleted(tombstone, addSeconds(START, 61))).toBeUndefined()
  await registry.finishDeletion(tombstone)
  expect(await registry.findCurrentService(walk.number)).toEqual(made)
  expect(failure(await remove())).toBe('401 A458101')
  expect(await registry.createService(made, addSeconds(START, 90))).toBeUndefined()
})

test('a token of a client that was deleted with its service is not valid at a new service of the number', async () => {
  const issued = tokensOf(await walk.credentials(client, OWN))
  await remove()
  await walk.setService({ createdAt: START + 60 })
  expect(outcome(await walk.introspect(issued.access, OWN))).toBe('UNAUTHORIZED A057393 invalid_token')
  expect((await ask(OWN)).status).toBe(401)
})
