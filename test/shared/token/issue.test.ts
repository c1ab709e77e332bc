import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { makeTokens, type TokenOrder } from '../../../shared/token/issue.ts'
import { locateIdentifier, locateOpaque } from '../../../shared/token/token-string.ts'
import { digest } from '../../../shared/store/digest.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service } from '../../../shared/store/service.ts'
import { callOf } from '../../support/test-call.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const GRANT = { client: 26478243745571, grantId: 'AAECAwQFBgcICQoLDA0ODw' }
const KEY = { service: 21653835348762, ...GRANT }
const keys = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const published = (kid: string) => ({ kty: 'EC', kid, alg: 'ES256', use: 'sig' as const })

const service = Service.parse({
  apiKey: KEY.service,
  issuer: 'https://as.example.com',
  credentials: [],
  supportedGrantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
  accessTokenDuration: 3600,
  refreshTokenDuration: 7200,
})
const jwtService: Service = { ...service, accessTokenSignAlg: 'ES256', jwks: ['1', '2'].map(published) }
const client = Client.parse({ clientId: KEY.client, grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] })
const ORDER: TokenOrder = {
  key: KEY,
  client,
  clientIdAlias: undefined,
  grantType: 'AUTHORIZATION_CODE',
  terms: { scopes: ['a', 'b'], resources: [], subject: 'user', properties: [] },
  narrowed: { scopes: ['a'], resources: [] },
  binding: 'none',
  certificate: 'absent',
}

const runtime = await testRuntime()
for (const [i, { privateKey }] of keys.entries()) {
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: String(i + 1) }
  await runtime.store.registry.putSigningKey(KEY.service, jwk)
}

test('an opaque token is stored as its digest', async () => {
  const { grant, accessToken, jwt, refreshToken, issuedAt } = await makeTokens(
    ORDER,
    callOf(runtime, service),
  )
  expect(locateOpaque(accessToken)).toEqual(GRANT)
  expect([jwt, refreshToken, issuedAt]).toEqual([undefined, undefined, START])
  expect(grant).toEqual({
    ...KEY,
    stage: 'TOKENS',
    grantType: 'AUTHORIZATION_CODE',
    terms: ORDER.terms,
    accessScopes: ['a'],
    accessResources: [],
    binding: 'none',
    createdAt: START,
    accessDigest: digest(accessToken),
    accessIssuedAt: START,
    accessExpiresAt: addSeconds(START, 3600),
  })
})

async function payloadOf(order: TokenOrder, by: Service = jwtService) {
  const { jwt, accessToken, grant } = await makeTokens(order, callOf(runtime, by))
  const kid = decodeProtectedHeader(jwt ?? '').kid
  const { payload } = await jwtVerify(jwt ?? '', keys[Number(kid) - 1]?.publicKey ?? Buffer.alloc(0), {
    currentDate: new Date(START * 1000),
  })
  expect(grant.accessDigest).toBe(digest(jwt ?? ''))
  expect(payload.jti).toBe(accessToken)
  expect(locateIdentifier(accessToken)).toEqual(GRANT)
  return { kid, payload }
}

test('a JWT is stored as the digest of the whole string', async () => {
  const { kid, payload } = await payloadOf(ORDER)
  expect(kid).toBe('1')
  expect(payload).toEqual({
    iss: 'https://as.example.com',
    sub: 'user',
    aud: 'https://as.example.com',
    client_id: '26478243745571',
    scope: 'a',
    iat: START,
    exp: START + 3600,
    jti: payload.jti,
  })
})

test('a JWT of a client has the client as its subject, and no scope when there is none', async () => {
  const { payload } = await payloadOf({
    ...ORDER,
    terms: { ...ORDER.terms, subject: undefined },
    narrowed: { scopes: [], resources: [] },
  })
  expect(payload.sub).toBe('26478243745571')
  expect(payload).not.toHaveProperty('scope')
})

test('a bound JWT shows its binding and nothing beside it', async () => {
  const binding = { 'x5t#S256': 'A'.repeat(43) } as unknown as TokenOrder['binding']
  expect((await payloadOf({ ...ORDER, binding })).payload['cnf']).toEqual({ 'x5t#S256': 'A'.repeat(43) })
})

test.each([
  ['no key', { jwks: [] }],
  ['no key of the algorithm', { jwks: [{ ...published('1'), alg: 'PS256' }] }],
  ['a key identifier that no key has', { accessTokenSignatureKeyId: '9' }],
  ['a key whose private half is missing', { jwks: [published('3')] }],
])('a JWT is refused with its cause for %s', async (_what, settings) => {
  await expect(makeTokens(ORDER, callOf(runtime, { ...jwtService, ...settings }))).rejects.toThrow(
    expect.objectContaining({ reason: 'jwt-not-signed', cause: new Error('no ES256 key in the service') }),
  )
})
