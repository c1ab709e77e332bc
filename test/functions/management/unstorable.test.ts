import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { localDynamoDb } from '../../../infra/emulator/local-runtime.ts'
import { openStore } from '../../../shared/store/store.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { tokensOf } from '../../support/answers.ts'
import { newSigningKey } from '../../support/signing-keys.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, UNBOUND } from '../../support/walk.ts'

const walk = await testWalk(UNBOUND)
const { registry, clients } = walk.runtime.store

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const create = (settings: string) => walk.v3('POST', '/client/create', settings)
const MAX_SECONDS = 2 ** 31 - 1

test.each([
  ['a number beyond 2^53', '{"keys":[{"kty":"new","n":9007199254740993}]}'],
  ['an infinite number', '{"keys":[{"kty":"new","n":1e400}]}'],
  ['deep nesting', `{"keys":[{"kty":"new","n":${deep(5_000)}}]}`],
])('a key set with %s is refused, and its alias stays free', async (_what, jwks) => {
  const clientIdAlias = 'wanted'
  const refused = await create(JSON.stringify({ clientIdAlias, jwks }))
  expect([refused.status, refused.json['resultCode']]).toEqual([400, 'A031212'])
  const created = await create(JSON.stringify({ clientIdAlias }))
  expect(created.status).toBe(200)
  await walk.v3('DELETE', `/client/delete/${String(created.json['clientId'])}`)
})

test.each([deep(25), deep(40_000), '{"a":1e400}', '{"a":-9007199254740993}'])(
  'a call whose body the store could not keep is refused: %#',
  async (value) => {
    for (const answer of [
      await create(`{"clientName":"c","clientNames":${value}}`),
      await walk.v3('POST', '/service/update', `{"attributes":${value}}`),
    ]) {
      expect([answer.status, answer.json['resultCode']]).toEqual([400, 'A001292'])
    }
  },
)

test.each([deep(25), deep(20_000)])(
  'claims that are nested too deeply are refused: %#',
  async (jwtAtClaims) => {
    const client = await walk.addClient(BASIC)
    const { status, json } = await walk.token(client, { grant_type: 'client_credentials' }, { jwtAtClaims })
    expect([status, json['resultCode']]).toEqual([400, 'A001294'])
  },
)

test('a lifetime of more than 2^31 - 1 seconds is refused', async () => {
  for (const name of ['accessTokenDuration', 'refreshTokenDuration', 'authorizationCodeDuration']) {
    expect((await walk.v3('POST', '/service/update', { [name]: MAX_SECONDS + 1 })).status).toBe(400)
    expect((await walk.v3('POST', '/service/update', { [name]: MAX_SECONDS })).status).toBe(200)
  }
  for (const name of ['accessTokenDuration', 'refreshTokenDuration']) {
    const create = (seconds: number) => walk.v3('POST', '/client/create', { extension: { [name]: seconds } })
    expect((await create(MAX_SECONDS + 1)).status).toBe(400)
    expect((await create(MAX_SECONDS)).status).toBe(200)
  }
})

test('a longer lifetime that was stored before counts as the longest', async () => {
  await walk.setService({ accessTokenDuration: Number.MAX_SAFE_INTEGER })
  const client = await walk.addClient(BASIC)
  const issued = await walk.credentials(client)
  expect(issued.json).toMatchObject({ action: 'OK', accessTokenDuration: MAX_SECONDS })
  expect((await walk.introspect(tokensOf(issued).access)).json['action']).toBe('OK')
})

test('a value that cannot be marshalled does not count as a failure of the network, and leaves neither alias nor state', async () => {
  const client = { clientId: 4711, clientIdAlias: 'kept', carried: { number: 2 ** 60 } }
  const creation = clients.create(walk.number, client, walk.runtime.now())
  await expect(creation).rejects.not.toBeInstanceOf(StoreUnavailable)
  expect(await registry.isAliasTaken(walk.number, 'kept')).toBe(false)
  expect(await clients.create(walk.number, { ...client, carried: {} }, walk.runtime.now())).toBe(true)
})

test('a service that grows over 256 KiB by several updates is refused, and stays as it was', async () => {
  const update = (settings: object) => walk.v3('POST', '/service/update', settings)
  expect((await update({ description: 'd'.repeat(150_000) })).status).toBe(200)
  const refused = await update({ serviceDocumentation: 'd'.repeat(150_000) })
  expect([refused.status, refused.json['resultCode']]).toEqual([400, 'A039692'])
  expect((await update({ serviceName: 'small' })).json).not.toHaveProperty('serviceDocumentation')
})

test('a client over 256 KiB is refused, and leaves no alias', async () => {
  const jwks = `{"keys":[{"kty":"new","n":[${Array<string>(60_000).fill('1e9').join()}]}]}`
  const { id } = await walk.addClient(BASIC)
  for (const path of ['create', `update/${id}`]) {
    const refused = await walk.v3('POST', `/client/${path}`, { clientIdAlias: 'large', jwks })
    expect([refused.status, refused.json['resultCode']]).toEqual([400, 'A031295'])
  }
  expect(await registry.isAliasTaken(walk.number, 'large')).toBe(false)
})

test('the id of a signing key that is too long for the store is refused', async () => {
  for (const kid of ['k'.repeat(257), 'k'.repeat(10_000), '\ud800']) {
    const jwks = JSON.stringify({ keys: [newSigningKey(kid, 'ES256').own] })
    const refused = await walk.v3('POST', '/service/update', { jwks })
    expect([refused.status, refused.json['resultCode']]).toEqual([400, 'A039293'])
  }
  const jwks = JSON.stringify({ keys: [newSigningKey('€'.repeat(256), 'ES256').own] })
  expect((await walk.v3('POST', '/service/update', { jwks })).status).toBe(200)
})

test('a call cannot grant more scopes than a token request can ask for', async () => {
  const names = Array.from({ length: 90 }, (_, i) => `scope-${'s'.repeat(40)}-${String(i)}`)
  await walk.setService({ supportedScopes: names.map((name) => ({ name })) })
  const client = await walk.addClient(BASIC)
  const made = (scopes: string[]) =>
    walk.call('/auth/token/create', { grantType: 'CLIENT_CREDENTIALS', clientId: client.number, scopes })
  const refused = await made(names)
  expect([refused.status, refused.json['resultCode']]).toEqual([400, 'A001294'])
  expect((await made(names.slice(0, 80))).status).toBe(200)
})

test.each(['s'.repeat(1_024), '€'.repeat(400), '\ud800', 's'.repeat(200_000)])(
  'no token is listed for a subject that cannot be a key of the index, and the store is not asked: %#',
  async (subject) => {
    const store = openStore({
      ...walk.runtime.settings,
      now: walk.runtime.now,
      random: randomBytes,
      dynamodb: localDynamoDb('http://127.0.0.1:1'),
    })
    expect(await store.grants.list(walk.number, 1, subject)).toEqual([])
    const query = new URLSearchParams({ subject: subject.toWellFormed() }).toString()
    const answer = await walk.v3('GET', `/auth/token/get/list?${query}`)
    expect([answer.status, answer.json['totalCount']]).toEqual([200, 0])
    expect(await walk.call('/auth/token/revoke', { subject })).toMatchObject({
      status: 200,
      json: { count: 0 },
    })
  },
)
