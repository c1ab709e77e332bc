import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { spelling } from '../../support/vectors.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC, RENEWED, type TestClient } from '../../support/walk.ts'

const walk = await testWalk({ authorizationCodeDuration: 60 })
const { runtime } = walk
const { tables } = runtime

const UNKNOWN = 'BAD_REQUEST A050305 invalid_grant'
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** A code that was redeemed, and its tokens. */
async function redeemed(kind = PUBLIC, parameters: Record<string, string> = {}) {
  const client = await walk.addClient(kind, BOUND)
  const code = await walk.code(client, parameters)
  const verifier = 'code_challenge' in parameters ? { code_verifier: VERIFIER } : {}
  const tokens = tokensOf(await walk.redeem(client, code, OWN, verifier))
  return { client, code, ...tokens }
}

const grantsLeft = async (client: TestClient) => (await tables.grantsOf(walk.number, client.number)).length

test('a code that is presented again is refused, and ends the grant with all its tokens', async () => {
  const { client, code, access, refresh } = await redeemed()
  expect(outcome(await walk.redeem(client, code, OWN))).toBe(UNKNOWN)
  expect(outcome(await walk.introspect(access, OWN))).toBe('UNAUTHORIZED A057302 invalid_token')
  expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('BAD_REQUEST A053305 invalid_grant')
  expect(await grantsLeft(client)).toBe(0)
})

test('a code that is presented again with another readable certificate ends the grant', async () => {
  const { client, code, access } = await redeemed()
  expect(outcome(await walk.redeem(client, code, OTHER))).toBe(UNKNOWN)
  expect(await walk.standard(access)).toEqual({ active: false })
})

test('a code that is presented again after a refresh and its own expiry ends the grant', async () => {
  const { client, code, refresh } = await redeemed()
  const { access } = tokensOf(await walk.refresh(client, refresh, OWN))
  runtime.clock.now = addSeconds(START, 3600)
  expect(outcome(await walk.redeem(client, code, OWN))).toBe(UNKNOWN)
  expect(await walk.standard(access)).toEqual({ active: false })
})

test('a code that is presented again ends the grant of a confidential client', async () => {
  const { client, code, access } = await redeemed(BASIC)
  expect(outcome(await walk.redeem(client, code, OWN))).toBe(UNKNOWN)
  expect(await walk.standard(access)).toEqual({ active: false })
})

test('a code that is presented a third time is refused as unknown', async () => {
  const { client, code } = await redeemed()
  await walk.redeem(client, code, OWN)
  expect(outcome(await walk.redeem(client, code, OWN))).toBe(UNKNOWN)
})

test('if many redemptions race, one wins, and its tokens end', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const code = await walk.code(client)
  const answers = await Promise.all(Array.from({ length: 50 }, () => walk.redeem(client, code, OWN)))
  const won = answers.filter(({ json }) => json['action'] === 'OK')
  expect(won).toHaveLength(1)
  expect(new Set(answers.map(outcome))).toEqual(new Set(['OK A050001', UNKNOWN]))
  expect(await Promise.all(won.map((answer) => walk.standard(tokensOf(answer).access)))).toEqual([
    { active: false },
  ])
})

const CHALLENGE = { code_challenge: VERIFIER, code_challenge_method: 'plain' }

test.each([
  ['without the redirect URI', { redirect_uri: undefined }, 'BAD_REQUEST A050308 invalid_grant'],
  [
    'with another redirect URI',
    { redirect_uri: 'https://evil.example/' },
    'BAD_REQUEST A050309 invalid_grant',
  ],
  ['without the verifier', { code_verifier: undefined }, 'BAD_REQUEST A050312 invalid_grant'],
  ['with another verifier', { code_verifier: 'x'.repeat(43) }, 'BAD_REQUEST A050315 invalid_grant'],
  ['with a malformed verifier', { code_verifier: 'x' }, 'BAD_REQUEST A050316 invalid_request'],
])('a replay %s changes nothing', async (_name, parameters, refused) => {
  const { client, code, access } = await redeemed(PUBLIC, CHALLENGE)
  const answer = await walk.redeem(client, code, OWN, { code_verifier: VERIFIER, ...parameters })
  expect(outcome(answer)).toBe(refused)
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
})

test.each([
  ['no', undefined],
  ['an unreadable', spelling('truncated-der')],
])('a replay with %s certificate changes nothing', async (_name, certificate) => {
  const { client, code, access } = await redeemed()
  expect((await walk.redeem(client, code, certificate)).json['action']).toBe('BAD_REQUEST')
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
})

test('a replay from another client, or without client authentication, changes nothing', async () => {
  const { client, code, access } = await redeemed(BASIC)
  const other = await walk.addClient(BASIC, BOUND)
  expect(outcome(await walk.redeem(other, code, OWN))).toBe('BAD_REQUEST A050307 invalid_grant')
  const unproved = await walk.redeem({ ...client, secret: 'wrong' }, code, OWN)
  expect(outcome(unproved)).toBe('INVALID_CLIENT A157305 invalid_client')
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
})

test.each([
  ['from another client', { other: true }, 'BAD_REQUEST A050307 invalid_grant'],
  ['without the redirect URI', { redirect_uri: undefined }, 'BAD_REQUEST A050308 invalid_grant'],
  ['with an empty redirect URI', { redirect_uri: '' }, 'BAD_REQUEST A050308 invalid_grant'],
  [
    'with a redirect URI that is longer',
    { redirect_uri: 'https://client.example.org/cb/example.com/' },
    'BAD_REQUEST A050309 invalid_grant',
  ],
  [
    'with a redirect URI in another case',
    { redirect_uri: 'https://CLIENT.example.org/cb/example.com' },
    'BAD_REQUEST A050309 invalid_grant',
  ],
  ['with a verifier that nobody asked for', { code_verifier: VERIFIER }, 'BAD_REQUEST A050317 invalid_grant'],
])(
  'a code stays redeemable after a refused request %s',
  async (_name, { other, ...parameters }: Record<string, unknown>, refused) => {
    const client = await walk.addClient(PUBLIC, BOUND)
    const code = await walk.code(client)
    const asking = other === true ? await walk.addClient(PUBLIC, BOUND) : client
    expect(outcome(await walk.redeem(asking, code, OWN, parameters))).toBe(refused)
    expect(outcome(await walk.redeem(client, code, RENEWED))).toBe('OK A050001')
  },
)

test('a redemption must leave out a redirect URI that the authorization request did not name', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const code = await walk.code(client, { redirect_uri: undefined })
  expect(outcome(await walk.redeem(client, code, OWN))).toBe('BAD_REQUEST A050310 invalid_grant')
  expect(outcome(await walk.redeem(client, code, OWN, { redirect_uri: undefined }))).toBe('OK A050001')
})

test('a code is refused after a cut-off of all tokens of the client', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const code = await walk.code(client)
  await runtime.store.clients.cutOff(walk.number, client.number, () => START)
  expect(outcome(await walk.redeem(client, code, OWN))).toBe('BAD_REQUEST A050391 invalid_grant')
  runtime.clock.now = addSeconds(START, 1)
  expect(outcome(await walk.redeem(client, await walk.code(client), OWN))).toBe('OK A050001')
})

test.each([
  ['a ticket', async (client: TestClient) => (await walk.authorize(client)).json['ticket'] as string],
  ['an access token', async (client: TestClient) => (await walk.granted(client, OWN)).access],
  ['a refresh token', async (client: TestClient) => (await walk.granted(client, OWN)).refresh],
  [
    'a code with its last character changed',
    async (client: TestClient) =>
      (await walk.code(client)).replace(/.$/, (last) => (last === '-' ? 'A' : '-')),
  ],
  ['a code cut short', async (client: TestClient) => (await walk.code(client)).slice(0, -1)],
  ['something else', () => Promise.resolve('SplxlOBeZQQYbYS6WxSbIA')],
])('%s does not work as a code', async (_name, make) => {
  const client = await walk.addClient(PUBLIC, BOUND)
  expect(outcome(await walk.redeem(client, await make(client), OWN))).toBe(UNKNOWN)
})
