import { expect, onTestFinished, test } from 'vitest'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { outcome } from '../support/answers.ts'
import { newSigningKey } from '../support/signing-keys.ts'
import { asserted, PRIVATE_KEY_JWT } from '../support/client-assertion.ts'
import { PROFILE_WAYS } from '../support/fapi2.ts'
import { fixedRuntime, START } from '../support/fixed-runtime.ts'
import { testWalk } from '../support/test-runtime.ts'
import {
  BASIC,
  BOUND,
  OWN,
  POST,
  PUBLIC,
  REDIRECT_URI,
  TLS,
  type Walk,
  EVERY_METHOD,
} from '../support/walk.ts'

const walk = await testWalk(EVERY_METHOD)
const { runtime } = walk

const switchOn = () => walk.setService({ fapi2: true })

const BREACHES: readonly (readonly [name: string, settings: typeof BASIC])[] = [
  ['is public', { ...PUBLIC, ...BOUND }],
  ['sends a secret in the header', { ...BASIC, ...BOUND }],
  ['sends a secret in the form', { ...POST, ...BOUND }],
  ['asks for unbound tokens', TLS],
  ['has no algorithm of its own', { ...PRIVATE_KEY_JWT, ...BOUND }],
  ['signs with RS256', { ...PRIVATE_KEY_JWT, ...BOUND, tokenAuthSignAlg: 'RS256' }],
]

test.each(BREACHES)('under fapi2 every request of a client that %s is refused', async (_name, settings) => {
  const client = await walk.addClient(settings, { resourceServerAudiences: ['*'] })
  const { refresh, access } = await granted(client)
  await switchOn()
  expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('INVALID_CLIENT A048399 invalid_client')
  const asked = { response_type: 'code', client_id: client.id, redirect_uri: REDIRECT_URI }
  expect(outcome(await walk.authorize(client, asked))).toBe('BAD_REQUEST A010399 unauthorized_client')
  for (const route of ['/token', '/introspection/standard', '/revocation']) {
    const form = { grant_type: 'refresh_token', token: access, client_id: client.id }
    const { status, text } = await walk.post(route, form, OWN)
    expect([status, text]).toEqual([401, '{"error":"invalid_client"}'])
  }
})

/** Creates tokens through the Web API, which needs no method of client authentication. */
async function granted(client: Awaited<ReturnType<Walk['addClient']>>) {
  const { json } = await walk.call('/auth/token/create', {
    ...{ grantType: 'AUTHORIZATION_CODE', clientId: client.number, subject: 'testuser01' },
  })
  return { access: json['accessToken'] as string, refresh: json['refreshToken'] as string }
}

test.each([
  ['TLS_CLIENT_AUTH', { ...TLS, ...BOUND }],
  ['PRIVATE_KEY_JWT', { ...PRIVATE_KEY_JWT, ...BOUND, tokenAuthSignAlg: 'ES256' }],
])('under fapi2 a client by %s that follows the profile gets tokens', async (method, settings) => {
  const client = await walk.addClient(settings)
  await switchOn()
  const assertion = method === 'PRIVATE_KEY_JWT' ? asserted(client, runtime.now()) : {}
  const form = { grant_type: 'client_credentials', client_id: client.id, ...assertion }
  const { status, json } = await walk.post('/token', form, OWN)
  expect(status).toBe(200)
  expect((await walk.introspect(json['access_token'] as string, OWN)).json['action']).toBe('OK')
})

const create = (members: object) =>
  walk.call('/auth/token/create', { grantType: 'CLIENT_CREDENTIALS', ...members })

test('an unbound token from before fapi2 is invalid', async () => {
  const client = await walk.addClient(TLS)
  const token = (await create({ clientId: client.number })).json['accessToken'] as string
  expect((await walk.introspect(token)).json['action']).toBe('OK')
  await switchOn()
  expect(outcome(await walk.introspect(token))).toBe('UNAUTHORIZED A065392 invalid_token')
  expect(await walk.standard(token)).toEqual({ active: false })
})

test('under fapi2 the Web API makes no unbound token', async () => {
  const client = await walk.addClient({ ...TLS, ...BOUND })
  await switchOn()
  const unbound = await create({ clientId: client.number })
  expect(outcome(unbound)).toBe('BAD_REQUEST A050399')
  const bound = await create({ clientId: client.number, certificateThumbprint: 'A'.repeat(43) })
  expect(outcome(bound)).toBe('OK A109001')
})

test('under fapi2 no unbound token is made where the service has its own flag off', async () => {
  const client = await walk.addClient({ ...TLS, ...BOUND })
  await walk.setService({ fapi2: true, tlsClientCertificateBoundAccessTokens: false })
  const form = { grant_type: 'client_credentials', client_id: client.id }
  const { json } = await walk.post('/token', form, OWN)
  expect((await walk.standard(json['access_token'] as string))['cnf']).toBeDefined()
})

const PROFILE_CLIENT = { ...PRIVATE_KEY_JWT, ...BOUND, tokenAuthSignAlg: 'ES256' }

test.each(PROFILE_WAYS)(
  'where the service %s, assertions are for the issuer as one string',
  async (_name, service, own) => {
    const client = await walk.addClient(PROFILE_CLIENT, own)
    await walk.setService(service)
    const issuer = 'https://as.example.com'
    const answers = []
    for (const aud of [issuer, [issuer], [issuer, `${issuer}/token`], `${issuer}/token`, `${issuer}/par`]) {
      const form = { grant_type: 'client_credentials', ...asserted(client, runtime.now(), { aud }) }
      answers.push((await walk.post('/token', form, OWN)).status)
    }
    expect(answers).toEqual([200, 401, 401, 401, 401])
  },
)

test('a client without fapi2 may name the issuer in a list where another client has fapi2', async () => {
  const client = await walk.addClient(PROFILE_CLIENT)
  await walk.addClient(PROFILE_CLIENT, { fapi2: true })
  const claims = { aud: ['https://as.example.com'] }
  const form = { grant_type: 'client_credentials', ...asserted(client, runtime.now(), claims) }
  expect((await walk.post('/token', form, OWN)).status).toBe(200)
})

test('where only a client has fapi2, its tokens are bound, and its unbound ones from before are invalid', async () => {
  const client = await walk.addClient({ ...TLS, ...BOUND })
  const before = (await create({ clientId: client.number })).json['accessToken'] as string
  await walk.setClient(client, { fapi2: true })
  await walk.setService({ tlsClientCertificateBoundAccessTokens: false })
  expect(outcome(await walk.introspect(before))).toBe('UNAUTHORIZED A065392 invalid_token')
  expect(await walk.standard(before)).toEqual({ active: false })
  expect(outcome(await create({ clientId: client.number }))).toBe('BAD_REQUEST A050399')
  const { json } = await walk.post('/token', { grant_type: 'client_credentials', client_id: client.id }, OWN)
  expect((await walk.standard(json['access_token'] as string))['cnf']).toBeDefined()
})

test('a client with fapi2 is refused where its service breaks what the profile needs of it', async () => {
  const client = await walk.addClient({ ...TLS, ...BOUND }, { fapi2: true })
  const asked = { response_type: 'code', client_id: client.id, redirect_uri: REDIRECT_URI }
  for (const breach of [{ issSuppressed: true }, { authorizationCodeDuration: 600 }]) {
    await walk.setService(breach)
    expect(outcome(await walk.authorize(client, asked))).toBe('BAD_REQUEST A010399 unauthorized_client')
    await walk.resetService()
  }
})

test('fapi2 acts within registryCacheSeconds, also on a client that is still in the cache', async () => {
  const engine = { endpoint: runtime.endpoint, close: () => Promise.resolve() }
  const other = await fixedRuntime({}, engine)
  onTestFinished(other.close)
  const client = await walk.addClient({ ...TLS, ...BOUND })
  const answerAfter = async (seconds: number) => {
    runtime.clock.now = addSeconds(START, seconds)
    return outcome(await walk.authorize(client))
  }
  const switchTo = (fapi2: boolean) =>
    other.store.registry.changeService(walk.number, (service) => ({ ...service, fapi2 }))
  await walk.send({ route: '/.well-known/oauth-authorization-server', method: 'GET' })
  expect(await answerAfter(6)).toBe('INTERACTION A004001')
  await switchTo(true)
  // The service is read again, and the client is not.
  expect(await answerAfter(10)).toBe('LOCATION A008397 invalid_request')
  await switchTo(false)
  expect(await answerAfter(20)).toBe('INTERACTION A004001')
})

test.each(PROFILE_WAYS)(
  'where the service %s, a refresh returns the same refresh token',
  async (_name, service, own) => {
    const client = await walk.addClient({ ...TLS, ...BOUND })
    const { refresh } = await granted(client)
    await walk.setClient(client, own)
    await walk.setService(service)
    expect((await walk.refresh(client, refresh, OWN)).json['refreshToken']).toBe(refresh)
    expect((await walk.refresh(client, refresh, OWN)).json['refreshToken']).toBe(refresh)
  },
)

test('under fapi2 an introspection answer is signed with an algorithm of the profile, or not at all', async () => {
  const other = newSigningKey('2', 'ES384')
  await runtime.store.registry.putSigningKey(walk.number, other.own)
  const asked = { parameters: 'token=x', httpAcceptHeader: 'application/token-introspection+jwt' }
  const signed = async (introspectionSignAlg: string) => {
    const rs = { rsUri: 'https://rs.example.com', introspectionSignAlg }
    return outcome(await walk.call('/auth/introspection/standard', { ...asked, ...rs }))
  }
  const own = newSigningKey('1', 'ES256').open
  await walk.setService({ jwks: [own, other.open].map((jwk) => ({ ...jwk, kty: jwk.kty ?? '' })) })
  expect([await signed('ES384'), await signed('ES256')]).toEqual(['JWT A145001', 'JWT A145001'])
  await switchOn()
  const refused = 'BAD_REQUEST A404391 invalid_request'
  expect([await signed('ES384'), await signed('ES256')]).toEqual([refused, 'JWT A145001'])
})

test('under fapi2 the metadata demand pushed requests, and list the algorithms of assertions that the profile allows', async () => {
  await switchOn()
  const { json } = await walk.send({ route: '/.well-known/oauth-authorization-server', method: 'GET' })
  expect(json['require_pushed_authorization_requests']).toBe(true)
  expect(json['token_endpoint_auth_signing_alg_values_supported']).toEqual([
    ...['ES256', 'PS256', 'EdDSA', 'Ed25519'],
  ])
})
