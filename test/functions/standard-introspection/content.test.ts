import { decodeJwt } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { thumbprintOf } from '../../support/vectors.ts'
import {
  BASIC,
  basic,
  BOUND,
  form,
  openWalk,
  OTHER,
  OWN,
  PUBLIC,
  type TestClient,
  type Walk,
} from '../../support/walk.ts'

const ISSUER = 'https://as.example.com'
const THUMBPRINT = thumbprintOf('client-ec-p256')
const CNF = { 'x5t#S256': THUMBPRINT }
const INACTIVE = { active: false }

let walk: Walk
let bound: TestClient
let server: TestClient

const runtime = await testRuntime()
const { tables } = runtime
beforeEach(async () => {
  walk = await openWalk(runtime)
  bound = await walk.addClient(BASIC, BOUND)
  server = await walk.addClient(BASIC, { resourceServerAudiences: ['*'] })
})
/** The answer that a resource server gets on the OAuth face. */
const ask = async (token: string, caller = server, more: Record<string, string> = {}) =>
  (await walk.post('/introspection/standard', { token, ...more }, undefined, basic(caller))).json

test('an opaque bound access token is active with all members and its binding', async () => {
  const { access } = await walk.granted(bound, OWN, { scope: 'read write' })
  const members = {
    active: true,
    sub: 'testuser01',
    scope: 'read write',
    iss: ISSUER,
    cnf: CNF,
    token_type: 'Bearer',
    exp: addSeconds(START, 86400),
    client_id: bound.id,
  }
  expect(await walk.standard(access)).toEqual(members)
  expect(await ask(access)).toEqual({ ...members, aud: ISSUER, iat: START })
})

test('a JWT is active with the same members as its claims', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  const { access } = await walk.granted(bound, OWN, { scope: 'read' })
  expect(await ask(access)).toEqual({ ...decodeJwt(access), active: true, token_type: 'Bearer' })
})

test('a token of a client itself, unbound and without scope, has neither subject nor cnf nor scope', async () => {
  const client = await walk.addClient(BASIC)
  const access = (await walk.credentials(client)).json['accessToken'] as string
  expect(await walk.standard(access)).toEqual({
    active: true,
    scope: null,
    iss: ISSUER,
    token_type: 'Bearer',
    exp: addSeconds(START, 86400),
    client_id: client.id,
  })
  expect(Object.keys(await ask(access)).sort()).toEqual([
    ...['active', 'aud', 'client_id', 'exp', 'iat', 'iss', 'token_type'],
  ])
})

test('a refreshed access token carries the time of its own issue', async () => {
  const { refresh } = await walk.granted(bound, OWN)
  runtime.clock.now = addSeconds(START, 500)
  const { json } = await walk.refresh(bound, refresh, OWN)
  expect(await ask(json['accessToken'] as string)).toMatchObject({
    iat: START + 500,
    exp: START + 500 + 86400,
  })
})

test('a refresh token is active for its own client with its own expiry and the binding, without token_type', async () => {
  const { refresh } = await walk.granted(bound, OWN, { scope: 'read' })
  const members = {
    active: true,
    sub: 'testuser01',
    scope: 'read',
    iss: ISSUER,
    cnf: CNF,
    exp: addSeconds(START, 864000),
    client_id: bound.id,
  }
  expect(await walk.standard(refresh)).toEqual(members)
  expect(await ask(refresh, bound)).toEqual(members)
})

test('a refresh token is active to its end, although its access token is not', async () => {
  const { access, refresh } = await walk.granted(bound, OWN)
  runtime.clock.now = addSeconds(START, 863999)
  expect([await walk.standard(access), (await walk.standard(refresh))['active']]).toEqual([INACTIVE, true])
  runtime.clock.now = addSeconds(START, 864000)
  expect(await walk.standard(refresh)).toEqual(INACTIVE)
})

test('a refresh token that was replaced is inactive', async () => {
  const { refresh } = await walk.granted(bound, OWN)
  await walk.refresh(bound, refresh, OWN)
  expect(await walk.standard(refresh)).toEqual(INACTIVE)
  expect(await ask(refresh, bound)).toEqual(INACTIVE)
})

type Make = () => Promise<string>
const CASES: readonly (readonly [string, Make])[] = [
  ['an unknown token', () => Promise.resolve('A'.repeat(72))],
  ['an unknown refresh token', () => Promise.resolve('A'.repeat(88))],
  ['garbage', () => Promise.resolve('ÿ…not a token')],
  ['an over-long token', () => Promise.resolve('A'.repeat(9000))],
  ['a ticket', async () => (await walk.authorize(bound)).json['ticket'] as string],
  ['a code', () => walk.code(bound)],
  [
    'an expired token',
    async () => {
      const { access } = await walk.granted(bound, OWN)
      runtime.clock.now = addSeconds(START, 86400)
      return access
    },
  ],
  [
    'a token that was cut off',
    async () => {
      const { access } = await walk.granted(bound, OWN)
      await runtime.store.clients.cutOff(walk.number, bound.number, () => START)
      return access
    },
  ],
  [
    'a token with a damaged binding',
    async () => {
      const { access } = await walk.granted(bound, OWN)
      await tables.tamper(walk.number, bound.number, { binding: { jkt: 'x' } })
      return access
    },
  ],
  [
    'a refresh token with a damaged binding',
    async () => {
      const { refresh } = await walk.granted(bound, OWN)
      await tables.tamper(walk.number, bound.number, { binding: undefined })
      return refresh
    },
  ],
]

test.each(CASES)('%s is inactive, and the answer has no other member', async (_name, make) => {
  const token = await make()
  const answer = await walk.call('/auth/introspection/standard', { parameters: form({ token }) })
  expect([answer.status, answer.json['responseContent']]).toEqual([200, '{"active":false}'])
  expect(answer.json['resultMessage']).toBe(
    '[A145001] Introspection was performed successfully (type=null, active=false).',
  )
  for (const caller of [server, bound]) expect(await ask(token, caller)).toEqual(INACTIVE)
})

test.each(['access_token', 'refresh_token', 'nonsense', ''])(
  'the hint %j does not change the answer',
  async (hint) => {
    const { access, refresh } = await walk.granted(bound, OWN)
    expect((await ask(access, bound, { token_type_hint: hint }))['active']).toBe(true)
    expect((await ask(refresh, bound, { token_type_hint: hint }))['active']).toBe(true)
    const call = { parameters: form({ token: access, token_type_hint: hint }) }
    expect(contentOf(await walk.call('/auth/introspection/standard', call))['active']).toBe(true)
  },
)

test('standard introspection returns the binding and ignores the certificate of the call', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const { access } = await walk.granted(client, OWN)
  const call = { parameters: form({ token: access }), clientCertificate: OTHER }
  expect(contentOf(await walk.call('/auth/introspection/standard', call))['cnf']).toEqual(CNF)
})
