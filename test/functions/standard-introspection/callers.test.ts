import { beforeEach, expect, test } from 'vitest'
import { type FixedRuntime, fixedRuntime } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import {
  BASIC,
  basic,
  BOUND,
  openWalk,
  OTHER,
  OWN,
  POST,
  PUBLIC,
  TLS,
  type TestClient,
  type Walk,
} from '../../support/walk.ts'
import { Client } from '../../../shared/store/client.ts'

const ISSUER = 'https://as.example.com'
const INACTIVE = '{"active":false}'
const INVALID_CLIENT = '{"error":"invalid_client"}'

let walk: Walk
let owner: TestClient
let tokens: { access: string; refresh: string }

const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime)
  owner = await walk.addClient(BASIC, BOUND)
  tokens = await walk.granted(owner, OWN)
})

const ask = (caller: TestClient, token: string, more: Record<string, string> = {}) =>
  walk.post('/introspection/standard', { token, ...more }, undefined, basic(caller))

const resourceServer = (...resourceServerAudiences: string[]) =>
  walk.addClient(BASIC, { grantTypes: [], resourceServerAudiences })

test.each([
  ['everything', '*', true],
  ['the issuer, which tokens are meant for by default', ISSUER, true],
  ['another resource', 'https://rs.example.com', false],
  ['a part of the issuer', 'https://as.example', false],
])('a resource server of %s gets $2 for active', async (_name, audience, active) => {
  const { status, json } = await ask(await resourceServer(audience), tokens.access)
  expect([status, json['active']]).toEqual([200, active])
})

test('a resource server of several resources learns of a token meant for one of them', async () => {
  const caller = await resourceServer('https://one.example.com', 'https://two.example.com')
  expect((await ask(caller, tokens.access)).text).toBe(INACTIVE)
  await walk.setService({ defaultResource: 'https://two.example.com' })
  const { json } = await ask(caller, tokens.access)
  expect(json).toMatchObject({ active: true, aud: 'https://two.example.com' })
  expect((await ask(await resourceServer(ISSUER), tokens.access)).text).toBe(INACTIVE)
})

test('every refresh token is inactive for a resource server', async () => {
  expect((await ask(await resourceServer('*', ISSUER), tokens.refresh)).text).toBe(INACTIVE)
})

test('a resource server authenticates by its certificate where that is its method', async () => {
  const caller = await walk.addClient(TLS, { resourceServerAudiences: ['*'] })
  const parameters = { token: tokens.access, client_id: caller.id }
  const own = await walk.post('/introspection/standard', parameters, OWN)
  expect(own.json['active']).toBe(true)
  expect((await walk.post('/introspection/standard', parameters, OTHER)).text).toBe(INVALID_CLIENT)
  expect((await walk.post('/introspection/standard', parameters)).text).toBe(INVALID_CLIENT)
})

test('a confidential client learns of its own tokens of both kinds', async () => {
  expect((await ask(owner, tokens.access)).json['active']).toBe(true)
  expect((await ask(owner, tokens.refresh)).json['active']).toBe(true)
})

test('a client learns nothing of the tokens of another client', async () => {
  const other = await walk.addClient(BASIC)
  expect((await ask(other, tokens.access)).text).toBe(INACTIVE)
  expect((await ask(other, tokens.refresh)).text).toBe(INACTIVE)
})

test('a public client is refused, also for its own token', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const { access } = await walk.granted(client, OWN)
  const parameters = { token: access, client_id: client.id }
  const { status, text } = await walk.post('/introspection/standard', parameters, OWN)
  expect([status, text]).toEqual([401, INVALID_CLIENT])
})

test('a client is not authenticated by the token that it asks about', async () => {
  const authorization = { authorization: `Bearer ${tokens.access}` }
  const { status, text } = await walk.post(
    '/introspection/standard',
    { token: tokens.access },
    OWN,
    authorization,
  )
  expect([status, text]).toEqual([401, INVALID_CLIENT])
})

test.each([
  ['without credentials is refused without a challenge', undefined, undefined],
  ['with a wrong secret in the header is refused with a challenge', 'wrong', 'Basic realm="certbound"'],
])('a client %s', async (_name, secret, challenge) => {
  const header = secret === undefined ? {} : basic({ ...owner, secret })
  const answer = await walk.post('/introspection/standard', { token: tokens.access }, OWN, header)
  expect([answer.status, answer.text]).toEqual([401, INVALID_CLIENT])
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['www-authenticate']).toBe(challenge)
})

test('a client sends its secret in the form where that is its method', async () => {
  const client = await walk.addClient(POST)
  const { access } = await walk.granted(client)
  const parameters = { token: access, client_id: client.id, client_secret: client.secret }
  expect((await walk.post('/introspection/standard', parameters)).json['active']).toBe(true)
})

/** Acts in another process of the same deployment. Its writes reach this one through the registry's cache, late. */
async function elsewhere<T>(act: (other: FixedRuntime) => Promise<T>): Promise<T> {
  const other = await fixedRuntime(runtime.settings, {
    endpoint: runtime.endpoint,
    close: () => Promise.resolve(),
  })
  const result = await act(other)
  await other.close()
  return result
}

async function endElsewhere(client: TestClient, how: 'lock' | 'delete'): Promise<void> {
  const record = Client.parse(client.settings)
  await elsewhere(async ({ store }) => {
    await (how === 'lock'
      ? store.clients.setLocked(walk.number, record, true)
      : store.clients.remove(walk.number, record))
  })
}

test('a caller that another process locked is refused at once', async () => {
  const caller = await resourceServer('*')
  expect((await ask(caller, tokens.access)).json['active']).toBe(true)
  await endElsewhere(caller, 'lock')
  const { status, text } = await ask(caller, tokens.access)
  expect([status, text]).toEqual([401, INVALID_CLIENT])
})

test('a client that another process locked is refused at once for its own token', async () => {
  expect((await ask(owner, tokens.access)).json['active']).toBe(true)
  await endElsewhere(owner, 'lock')
  expect((await ask(owner, tokens.access)).text).toBe(INVALID_CLIENT)
  expect((await ask(owner, tokens.refresh)).text).toBe(INVALID_CLIENT)
})

test.each([
  ['lock', 'A048307'],
  ['delete', 'A048306'],
] as const)(
  'after a %s in another process the tokens of a client are inactive at once, and nothing more is issued',
  async (how, resultCode) => {
    const caller = await resourceServer('*')
    const code = await walk.code(owner)
    await endElsewhere(owner, how)
    expect((await ask(caller, tokens.access)).text).toBe(INACTIVE)
    expect((await walk.introspect(tokens.access, OWN)).json['action']).toBe('UNAUTHORIZED')
    expect((await walk.refresh(owner, tokens.refresh, OWN)).json['resultCode']).toBe(resultCode)
    expect((await walk.redeem(owner, code, OWN)).json['resultCode']).toBe(resultCode)
  },
)

test('a caller that another process deleted is refused at once', async () => {
  const caller = await resourceServer('*')
  expect((await ask(caller, tokens.access)).json['active']).toBe(true)
  await endElsewhere(caller, 'delete')
  expect((await ask(caller, tokens.access)).text).toBe(INVALID_CLIENT)
})
