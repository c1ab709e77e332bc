import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, basic, BOUND, form, openWalk, OWN, type TestClient, type Walk } from '../../support/walk.ts'

const ISSUER = 'https://as.example.com'
const RS = 'https://rs.example.com/'
const SIGNED = 'application/token-introspection+jwt'
const keys = SIGNING_ALGORITHMS.map((alg) => newSigningKey(`key of ${alg}`, alg))

let walk: Walk
let client: TestClient
let access: string

const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime, { jwks: [] })
  await walk.call('/service/update', keySet(...keys.map(({ own }) => own)))
  client = await walk.addClient(BASIC, BOUND)
  access = tokensOf(await walk.granted(client, OWN).then(wrapped)).access
})

const wrapped = (tokens: { access: string; refresh: string }) =>
  ({ json: { responseContent: JSON.stringify({ access_token: tokens.access }) } }) as unknown as Received
const resourceServer = (settings: object = {}) =>
  walk.addClient(BASIC, { grantTypes: [], resourceServerAudiences: ['*'], ...settings })

/** The OAuth face. */
const ask = (caller: TestClient, token: string, accept: string | string[] = SIGNED) =>
  walk.send({
    route: '/introspection/standard',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept, ...basic(caller) },
    body: form({ token }),
  })
/** The Web API. */
const call = (members: object, token = access) =>
  walk.call('/auth/introspection/standard', {
    parameters: form({ token }),
    httpAcceptHeader: SIGNED,
    rsUri: RS,
    ...members,
  })

async function verified(jwt: string, audience: string, algorithm: string) {
  const { json } = await walk.send({ route: '/jwks', method: 'GET' })
  const verifier = createLocalJWKSet(json as unknown as JSONWebKeySet)
  const { payload } = await jwtVerify(jwt, verifier, {
    algorithms: [algorithm],
    typ: 'token-introspection+jwt',
    issuer: ISSUER,
    audience,
    currentDate: new Date(START * 1000),
  })
  return payload
}

test('on the OAuth face the answer is signed for the caller, and has the members of the unsigned one', async () => {
  const caller = await resourceServer()
  const answer = await ask(caller, access)
  expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
    200,
    SIGNED,
    'no-store',
  ])
  const payload = await verified(answer.text, caller.id, 'RS256')
  const { json } = await ask(caller, access, 'application/json')
  expect(payload).toEqual({ iss: ISSUER, aud: caller.id, iat: START, token_introspection: json })
  expect(json).toMatchObject({ active: true, sub: 'testuser01', cnf: expect.anything() as unknown })
})

test('a signed answer cannot pass for an access token: it has no sub, no exp and a type of its own', async () => {
  const { text } = await ask(await resourceServer(), access)
  const payload = await verified(text, jwtPayload(text).aud, 'RS256')
  expect(Object.keys(payload).sort()).toEqual(['aud', 'iat', 'iss', 'token_introspection'])
  expect(decodeProtectedHeader(text)).toEqual({
    alg: 'RS256',
    typ: 'token-introspection+jwt',
    kid: 'key of RS256',
  })
  expect(outcome(await walk.introspect(text, OWN))).toContain('UNAUTHORIZED')
})

test.each([
  ['is for another resource', () => resourceServer({ resourceServerAudiences: ['urn:other'] })],
  ['is of another client', () => walk.addClient(BASIC)],
])('a caller gets a signed inactive answer for a token that %s', async (_, makeCaller) => {
  const caller = await makeCaller()
  const payload = await verified((await ask(caller, access)).text, caller.id, 'RS256')
  expect(payload['token_introspection']).toEqual({ active: false })
})

test('an unknown token is inactive in a signed answer', async () => {
  const caller = await resourceServer()
  const payload = await verified((await ask(caller, 'unknown')).text, caller.id, 'RS256')
  expect(payload['token_introspection']).toEqual({ active: false })
})

test.each([
  [SIGNED, true],
  ['Application/Token-Introspection+JWT', true],
  [`application/json, ${SIGNED};q=0.5`, true],
  [['application/json', SIGNED], true],
  [`${SIGNED}; q=1.0`, true],
  [`${SIGNED};q=0`, false],
  [`application/json, ${SIGNED}; q=0.0`, false],
  ['application/*', false],
  ['*/*', false],
  ['application/jwt', false],
  [`text/plain;a="${SIGNED}"`, false],
  ['', false],
])('Accept: %j is signed: %j', async (accept, signed) => {
  const { headers } = await ask(await resourceServer(), access, accept)
  expect(headers['content-type']).toBe(signed ? SIGNED : 'application/json')
})

test('a request for a signed answer without authentication is refused', async () => {
  const headers = { accept: SIGNED }
  const { status, json } = await walk.post('/introspection/standard', { token: access }, OWN, headers)
  expect([status, json]).toEqual([401, { error: 'invalid_client' }])
  const wrong = await ask({ ...client, secret: 'wrong' }, access)
  expect([wrong.status, wrong.json]).toEqual([401, { error: 'invalid_client' }])
})

test.each(SIGNING_ALGORITHMS)('a caller that is registered for %s gets it', async (alg) => {
  const caller = await resourceServer({ introspectionSignAlg: alg })
  const payload = await verified((await ask(caller, access)).text, caller.id, alg)
  expect(payload['token_introspection']).toMatchObject({ active: true })
})

test('a caller whose algorithm fits no key is refused, and learns nothing of the token', async () => {
  await walk.call('/service/update', keySet(keys[0]?.own ?? {}))
  const { status, json } = await ask(await resourceServer(), access)
  expect([status, json['error']]).toEqual([400, 'invalid_request'])
  expect(json['error_description']).toContain('has no key for the algorithm')
  expect(json).not.toHaveProperty('active')
  expect((await ask(await resourceServer(), access, 'application/json')).json['active']).toBe(true)
})

const jwtPayload = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { aud: string }

test('on the Web API the answer is signed for the resource server', async () => {
  const { json } = await call({})
  expect([json['action'], json['resultCode']]).toEqual(['JWT', 'A145001'])
  const payload = await verified(String(json['responseContent']), RS, 'RS256')
  expect(payload).toEqual({
    iss: ISSUER,
    aud: RS,
    iat: START,
    token_introspection: await walk.standard(access),
  })
})

test.each(SIGNING_ALGORITHMS)('the Web API signs by %s where asked to', async (introspectionSignAlg) => {
  const { json } = await call({ introspectionSignAlg })
  await verified(String(json['responseContent']), RS, introspectionSignAlg)
})

test('a token for another resource is inactive in a signed answer of the Web API', async () => {
  const { access: other } = tokensOf(
    await walk.credentials(client, OWN, { resource: 'https://other.example.com' }),
  )
  const { json } = await call({}, other)
  const payload = await verified(String(json['responseContent']), RS, 'RS256')
  expect(payload['token_introspection']).toEqual({ active: false })
})

test('a signed answer of the Web API requires rsUri', async () => {
  expect(outcome(await call({ rsUri: null }))).toBe('BAD_REQUEST A404301 invalid_request')
})

test.each(['HS256', 'none', 'ES512', 'rs256', '__proto__'])(
  'an answer of the Web API is not signed by %s',
  async (alg) => {
    expect(outcome(await call({ introspectionSignAlg: alg }))).toBe('BAD_REQUEST A404391 invalid_request')
  },
)

test.each([
  ['introspectionEncryptionAlg', 'RSA_OAEP_256'],
  ['sharedKeyForSign', 'c2VjcmV0'],
  ['sharedKeyForEncryption', 'c2VjcmV0'],
  ['publicKeyForEncryption', '{"kty":"RSA"}'],
])('the Web API refuses %s by name', async (name, value) => {
  const { status, json } = await call({ [name]: value })
  expect([status, json['resultCode']]).toEqual([400, 'A001297'])
  expect(json['resultMessage']).toContain(`'${name}'`)
})

test.each(['application/json', `${SIGNED}, application/json`, `${SIGNED};q=1`, 'APPLICATION/JWT'])(
  'httpAcceptHeader %j is not exactly that type, so there is no JWT',
  async (httpAcceptHeader) => {
    expect((await call({ httpAcceptHeader })).json['action']).toBe('OK')
  },
)

const [first, second] = [newSigningKey('first', 'RS256'), newSigningKey('second', 'RS256')]
const update = (settings: Record<string, unknown>) => walk.call('/service/update', settings)
const kidOf = async (members: object = {}) =>
  decodeProtectedHeader(String((await call(members)).json['responseContent'])).kid

test('introspectionSignatureKeyId picks among the keys that fit, and other algorithms have their own', async () => {
  const ec = keys.find(({ own }) => own.alg === 'ES256')?.own ?? {}
  expect((await update(keySet(first.own, second.own, ec))).status).toBe(200)
  expect(await kidOf()).toBe('first')
  expect((await update({ introspectionSignatureKeyId: 'second' })).status).toBe(200)
  expect(await kidOf()).toBe('second')
  expect(await kidOf({ introspectionSignAlg: 'ES256' })).toBe('key of ES256')
  expect((await walk.call('/service/update', { introspectionSignatureKeyId: null })).status).toBe(200)
  expect(await kidOf()).toBe('first')
})

test('introspectionSignatureKeyId must name a key that exists', async () => {
  const answer = await update({ introspectionSignatureKeyId: 'none' })
  expect([answer.status, answer.json['resultCode']]).toEqual([400, 'A039295'])
  expect(answer.json['resultMessage']).toContain("'introspectionSignatureKeyId'")
})
