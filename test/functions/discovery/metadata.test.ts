import { expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { ROUTES } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import {
  BASIC,
  basic,
  OWN,
  POST,
  PUBLIC,
  TLS,
  type TestClient,
  EVERY_METHOD,
  UNBOUND,
} from '../../support/walk.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const ALGORITHMS = 'ES256 ES384 ES512 PS256 PS384 PS512 RS256 RS384 RS512 EdDSA Ed25519'.split(' ')
const ISSUER = 'https://as.example.com'

const walk = await testWalk()
const { runtime } = walk

const metadata = async () => (await walk.send({ route: METADATA, method: 'GET' })).json

test('the metadata has what the service offers under the names of RFC 8414 and RFC 8705', async () => {
  expect(await metadata()).toEqual({
    issuer: ISSUER,
    token_endpoint: `${ISSUER}/token`,
    pushed_authorization_request_endpoint: `${ISSUER}/par`,
    require_pushed_authorization_requests: false,
    token_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'tls_client_auth',
    ],
    revocation_endpoint: `${ISSUER}/revocation`,
    revocation_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'tls_client_auth',
    ],
    introspection_endpoint: `${ISSUER}/introspection/standard`,
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'tls_client_auth',
    ],
    introspection_signing_alg_values_supported: ['ES256'],
    jwks_uri: `${ISSUER}/jwks`,
    scopes_supported: ['read', 'write', 'admin'],
    response_types_supported: [],
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    dpop_signing_alg_values_supported: ALGORITHMS,
    tls_client_certificate_bound_access_tokens: true,
  })
})

test('the metadata has the algorithms of client assertions where these are taken, none of them symmetric', async () => {
  await walk.setService({ supportedTokenAuthMethods: ['CLIENT_SECRET_BASIC', 'PRIVATE_KEY_JWT'] })
  const document = await metadata()
  for (const endpoint of ['token', 'introspection'])
    expect(document[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(ALGORITHMS)
})

test('the metadata has the endpoints that the settings name', async () => {
  await walk.setService({
    authorizationEndpoint: 'https://login.example.com/authorize',
    pushedAuthReqEndpoint: 'https://login.example.com/par',
    tokenEndpoint: 'https://login.example.com/token',
    revocationEndpoint: 'https://login.example.com/revoke',
    introspectionEndpoint: 'https://login.example.com/introspect',
    jwksUri: 'https://login.example.com/keys',
  })
  expect(await metadata()).toMatchObject({
    issuer: ISSUER,
    authorization_endpoint: 'https://login.example.com/authorize',
    pushed_authorization_request_endpoint: 'https://login.example.com/par',
    token_endpoint: 'https://login.example.com/token',
    revocation_endpoint: 'https://login.example.com/revoke',
    introspection_endpoint: 'https://login.example.com/introspect',
    jwks_uri: 'https://login.example.com/keys',
    response_types_supported: ['code'],
  })
})

test('the metadata shows whether authorization requests must be pushed', async () => {
  await walk.setService({ parRequired: true })
  expect((await metadata())['require_pushed_authorization_requests']).toBe(true)
})

test('the metadata has the aliases of the mutual-TLS domain', async () => {
  const uri = 'https://mtls.example.com/token'
  await walk.setService({ mtlsEndpointAliases: [{ name: 'token_endpoint', uri }] })
  expect((await metadata())['mtls_endpoint_aliases']).toEqual({ token_endpoint: uri })
})

test('the metadata has the endpoint for announcements where it is offered, also as an alias if there are aliases', async () => {
  const name = 'certbound_certificate_announcement_endpoint'
  const [url, token] = ['https://mtls.example.com/certificate/announce', 'https://mtls.example.com/token']
  const shown = async (...settings: Parameters<typeof walk.setService>) => {
    await walk.setService(...settings)
    const { [name]: endpoint, mtls_endpoint_aliases: aliases } = await metadata()
    return { endpoint, aliases }
  }
  const [none, one] = [[], [{ name: 'token_endpoint', uri: token }]]
  const certificateAnnouncementEndpoint = url
  expect(await shown({ mtlsEndpointAliases: one })).toEqual({ aliases: { token_endpoint: token } })
  expect(await shown({ certificateAnnouncementEndpoint, mtlsEndpointAliases: none })).toEqual({
    endpoint: url,
  })
  const settings = { certificateAnnouncementEndpoint, mtlsEndpointAliases: one }
  expect(await shown(settings)).toEqual({ endpoint: url, aliases: { token_endpoint: token, [name]: url } })
  expect(await shown({ ...settings, fapi2: true })).toEqual({ aliases: { token_endpoint: token } })
})

test('the metadata leaves out what is empty, except the response types', async () => {
  await walk.setService({
    supportedGrantTypes: [],
    supportedScopes: [],
    supportedTokenAuthMethods: ['NONE'],
    mtlsEndpointAliases: [],
    issSuppressed: true,
    ...UNBOUND,
  })
  expect(await metadata()).toEqual({
    issuer: ISSUER,
    token_endpoint: `${ISSUER}/token`,
    pushed_authorization_request_endpoint: `${ISSUER}/par`,
    require_pushed_authorization_requests: false,
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint: `${ISSUER}/revocation`,
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint: `${ISSUER}/introspection/standard`,
    introspection_signing_alg_values_supported: ['ES256'],
    jwks_uri: `${ISSUER}/jwks`,
    response_types_supported: [],
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: ALGORITHMS,
    tls_client_certificate_bound_access_tokens: false,
  })
})

test('the metadata names endpoints that exist', async () => {
  const { token_endpoint, introspection_endpoint, jwks_uri } = await metadata()
  const paths = [token_endpoint, introspection_endpoint, jwks_uri].map(
    (uri) => new URL(uri as string).pathname,
  )
  expect(Object.keys(ROUTES)).toEqual(expect.arrayContaining(paths))
})

const SELF_SIGNED: typeof TLS = {
  ...{ ...TLS, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
  jwks: { keys: [jwkOf('client-ec-p256')] },
}
const KINDS: Readonly<Record<string, typeof TLS>> = {
  none: PUBLIC,
  client_secret_basic: BASIC,
  client_secret_post: POST,
  tls_client_auth: TLS,
  self_signed_tls_client_auth: SELF_SIGNED,
  private_key_jwt: PRIVATE_KEY_JWT,
}

/** Redeems a code over the connection of the client. */
async function redeemed(method: string) {
  const client = await walk.addClient(KINDS[method] ?? {})
  const code = await walk.code(client, { redirect_uri: undefined })
  const secret = method === 'client_secret_post' ? { client_secret: client.secret } : {}
  const inForm = method === 'private_key_jwt' ? asserted(client, runtime.now()) : secret
  const named = method === 'client_secret_basic' ? {} : { client_id: client.id, ...inForm }
  const headers = method === 'client_secret_basic' ? basic(client) : {}
  return walk.post('/token', { grant_type: 'authorization_code', code, ...named }, OWN, headers)
}

test.each(Object.keys(KINDS))('client authentication by %s works where it is listed', async (method) => {
  await walk.setService(EVERY_METHOD)
  const { token_endpoint_auth_methods_supported: listed } = await metadata()
  expect(listed).toContain(method)
  expect((await redeemed(method)).status).toBe(200)
  await walk.setService({ supportedTokenAuthMethods: [] })
  expect(await metadata()).not.toHaveProperty('token_endpoint_auth_methods_supported')
  expect((await redeemed(method)).json).toEqual({ error: 'invalid_client' })
})

const GRANTS: Record<string, (client: TestClient) => Promise<string>> = {
  authorization_code: async (client) => outcome(await walk.redeem(client, await walk.code(client))),
  client_credentials: async (client) => outcome(await walk.credentials(client)),
  refresh_token: async (client) => outcome(await walk.refresh(client, (await walk.granted(client)).refresh)),
}

test.each(Object.entries(GRANTS))('the grant type %s is listed and works', async (grantType, ask) => {
  const client = await walk.addClient(BASIC)
  expect((await metadata())['grant_types_supported']).toContain(grantType)
  expect(await ask(client)).toMatch(/^OK /)
})

test.each(Object.keys(GRANTS))('the grant type %s is refused once it is not listed', async (grantType) => {
  const listed = Object.keys(GRANTS).filter((name) => name !== grantType)
  const supportedGrantTypes = listed.map((name) => name.toUpperCase() as 'REFRESH_TOKEN')
  await walk.setService({ supportedGrantTypes })
  expect((await metadata())['grant_types_supported']).toEqual(listed)
  const client = await walk.addClient(POST)
  const answer = await walk.token(client, { grant_type: grantType, code: 'x', refresh_token: 'x' })
  expect(outcome(answer)).toBe('BAD_REQUEST A049305 unsupported_grant_type')
})

test('each listed scope is granted, and no other', async () => {
  const { scopes_supported: scopes } = await metadata()
  const client = await walk.addClient(BASIC)
  const scope = (scopes as string[]).join(' ')
  const answer = await walk.credentials(client, undefined, { scope: `${scope} other` })
  expect((await walk.standard(tokensOf(answer).access))['scope']).toBe(scope)
})

test('the listed challenge method S256 works at the authorization endpoint', async () => {
  const client = await walk.addClient(PUBLIC, { pkceRequired: true, pkceS256Required: true })
  const parameters = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }
  const methods = (await metadata())['code_challenge_methods_supported'] as string[]
  const answers = await Promise.all(
    methods.map((code_challenge_method) => walk.authorize(client, { ...parameters, code_challenge_method })),
  )
  expect(answers.map(outcome)).toEqual(['INTERACTION A004001'])
})
