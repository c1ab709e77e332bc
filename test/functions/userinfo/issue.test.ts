import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { SIGNING_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newSigningKey } from '../../support/signing-keys.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, BOUND, OTHER, OWN, SUBJECT } from '../../support/walk.ts'

const walk = await testWalk({ supportedScopes: [{ name: 'openid' }, { name: 'read' }] })
const client = await walk.addClient(BASIC)
const granted = async (of = client, certificate?: string) =>
  (await walk.granted(of, certificate, { scope: 'openid' })).access

const issue = (token: string, members: object = {}) =>
  walk.call('/auth/userinfo/issue', { token, ...members })

async function claimsOf(token: string, members: object): Promise<unknown> {
  const { json } = await issue(token, members)
  expect([json['action'], json['resultCode']]).toEqual(['JSON', 'A096001'])
  return JSON.parse(String(json['responseContent']))
}

/** The registered claims of JWTs, as an attacker or a mistake would set them. */
const REGISTERED = {
  ...{ iss: 'https://evil.example.com', sub: 'mallory', aud: 'another client' },
  ...{ exp: 4_102_444_800, nbf: 0, iat: 1, jti: 'j' },
}

test('the answer has the claims of the caller and the subject of the token', async () => {
  const claims = { name: 'Ann', email_verified: false, updated_at: 0, address: { country: 'JP' } }
  expect(await claimsOf(await granted(), { claims: JSON.stringify(claims) })).toEqual({
    sub: SUBJECT,
    ...claims,
  })
  expect(await claimsOf(await granted(), {})).toEqual({ sub: SUBJECT })
})

test('claims of the caller replace neither sub nor any other registered claim', async () => {
  const claims = JSON.stringify({ ...REGISTERED, name: 'Ann' })
  expect(await claimsOf(await granted(), { claims })).toEqual({ sub: SUBJECT, name: 'Ann' })
  expect(await claimsOf(await granted(), { claims, sub: 'pairwise' })).toEqual({
    sub: 'pairwise',
    name: 'Ann',
  })
})

test('claims without a value are left out', async () => {
  const claims = '{"name":null,"nickname":"","zoneinfo":"Asia/Tokyo"}'
  expect(await claimsOf(await granted(), { claims })).toEqual({ sub: SUBJECT, zoneinfo: 'Asia/Tokyo' })
})

test.each(['[]', '"name"', 'null', '{', '{"sub":"a","sub":"b"}', '{"a":{"b":1,"b":2}}', '{"name":"Ann"} x'])(
  'the claims %s are refused, because they are not one JSON object',
  async (claims) => {
    const answer = await issue(await granted(), { claims })
    expect(outcome(answer)).toBe('INTERNAL_SERVER_ERROR A096291 server_error')
  },
)

test.each(['é', 'a\nb', 'a'.repeat(256)])('the sub %j is refused', async (sub) => {
  expect(outcome(await issue(await granted(), { sub }))).toBe('INTERNAL_SERVER_ERROR A096292 server_error')
})

test.each(['claimsForTx', 'verifiedClaimsForTx'])('%s is refused by name', async (name) => {
  const answer = await issue(await granted(), { [name]: '{}' })
  expect([answer.status, answer.json['resultCode']]).toEqual([400, 'A001297'])
  expect(answer.json['resultMessage']).toContain(`'${name}'`)
})

test('a token that has ended since /auth/userinfo is refused', async () => {
  const token = await granted()
  await walk.setLocked(client, true)
  expect(outcome(await issue(token))).toBe('UNAUTHORIZED A088393 invalid_token')
  await walk.setLocked(client, false)
  expect(outcome(await issue(token))).toBe('JSON A096001')
  walk.runtime.clock.now = addSeconds(START, 86400)
  expect(outcome(await issue(token))).toBe('UNAUTHORIZED A089391 invalid_token')
})

test('a token without the scope openid, one with a damaged binding and an unbound one under fapi2 are refused', async () => {
  const { access } = await walk.granted(client, undefined, { scope: 'read' })
  expect(outcome(await issue(access))).toBe('FORBIDDEN A089304 insufficient_scope')
  const token = await granted()
  await walk.setClient(client, { fapi2: true })
  expect(outcome(await issue(token))).toBe('UNAUTHORIZED A089393 invalid_token')
  await walk.setClient(client, {})
  const tampered = await walk.addClient(BASIC)
  const damaged = await granted(tampered)
  const binding = { 'x5t#S256': 'short' }
  await walk.runtime.tables.tamper(walk.number, tampered.number, { binding })
  expect(outcome(await issue(damaged))).toBe('UNAUTHORIZED A089392 invalid_token')
})

test('a bound token needs no certificate at issue, and has needed it at /auth/userinfo', async () => {
  const token = await granted(await walk.addClient(BASIC, BOUND), OWN)
  const judged = await walk.call('/auth/userinfo', { token, clientCertificate: OTHER })
  expect(outcome(judged)).toBe('UNAUTHORIZED A089310 invalid_token')
  expect(outcome(await issue(token))).toBe('JSON A096001')
})

describe('signed', async () => {
  const keys = SIGNING_ALGORITHMS.map((alg) => newSigningKey(`key of ${alg}`, alg))
  for (const { own } of keys) await walk.runtime.store.registry.putSigningKey(walk.number, own)
  const jwks = keys.map(({ open }) => open) as never
  const published = createLocalJWKSet({ keys: jwks })

  test.each(SIGNING_ALGORITHMS)(
    'a client that is registered for %s gets a JWT with iss and aud',
    async (alg) => {
      await walk.setService({ jwks })
      const signed = await walk.addClient(BASIC, { userInfoSignAlg: alg })
      const members = { claims: JSON.stringify({ ...REGISTERED, name: 'Ann', nonce: 'n' }) }
      const { json } = await issue(await granted(signed), members)
      expect(json['action']).toBe('JWT')
      const { payload } = await jwtVerify(String(json['responseContent']), published, { algorithms: [alg] })
      expect(payload).toEqual({
        iss: 'https://as.example.com',
        aud: signed.id,
        sub: SUBJECT,
        name: 'Ann',
        nonce: 'n',
      })
    },
  )

  test('userInfoSignatureKeyId picks among the keys that fit', async () => {
    const second = newSigningKey('second', 'ES256')
    await walk.runtime.store.registry.putSigningKey(walk.number, second.own)
    await walk.setService({ jwks: [...(jwks as object[]), second.open] as never })
    const signed = await walk.addClient(BASIC, { userInfoSignAlg: 'ES256' })
    const kidOf = async () =>
      decodeProtectedHeader(String((await issue(await granted(signed))).json['responseContent'])).kid
    expect(await kidOf()).toBe('key of ES256')
    const service = await walk.runtime.store.registry.findCurrentService(walk.number)
    await walk.setService({ ...service, userInfoSignatureKeyId: 'second' })
    expect(await kidOf()).toBe('second')
    await walk.setService({ userInfoSignatureKeyId: undefined })
  })

  test('a client that is registered for an algorithm without a key gets no unsigned answer', async () => {
    const signed = await walk.addClient(BASIC, { userInfoSignAlg: 'ES256' })
    const token = await granted(signed)
    await walk.setService({ jwks: [] })
    expect(outcome(await issue(token))).toBe('INTERNAL_SERVER_ERROR A096293 server_error')
  })

  test('under fapi2 no userinfo response is signed with an algorithm outside of the profile', async () => {
    await walk.setService({ jwks })
    const signed = await walk.addClient(BASIC, { ...BOUND, userInfoSignAlg: 'RS256' })
    const token = await granted(signed, OWN)
    await walk.setService({ jwks, fapi2: true })
    expect(outcome(await issue(token))).toBe('INTERNAL_SERVER_ERROR A096293 server_error')
  })

  test('a signed response does not work as an access token or as a token for userinfo', async () => {
    await walk.setService({ jwks, fapi2: false })
    const signed = await walk.addClient(BASIC, { userInfoSignAlg: 'ES256' })
    const token = String((await issue(await granted(signed))).json['responseContent'])
    expect(outcome(await walk.introspect(token))).toBe('UNAUTHORIZED A057304 invalid_token')
    expect(outcome(await walk.call('/auth/userinfo', { token }))).toBe('UNAUTHORIZED A088302 invalid_token')
  })
})
