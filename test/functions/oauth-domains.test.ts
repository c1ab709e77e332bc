import { describe, expect, test } from 'vitest'
import { digest } from '../../shared/store/digest.ts'
import executeApi from '../events/httpapi-v2-execute-api.json' with { type: 'json' }
import { gateway, ROUTES, type Sent } from '../support/gateway.ts'
import { testRuntime } from '../support/test-runtime.ts'

const PLAIN = 'auth.example.com'
const METADATA = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'
/** The issuer here has no path, so that there is no document at one; that it is looked for is what counts. */
const AT_PATHS = `${METADATA}/{issuerPath+}`
const DOCUMENTS = [METADATA, OPENID, '/jwks']
const OAUTH = Object.entries(ROUTES).flatMap(([route, { face }]) =>
  face === 'oauth' && ![...DOCUMENTS, AT_PATHS, `${OPENID}/{issuerPath+}`].includes(route) ? [route] : [],
)
const ELSEWHERE: [string, Partial<Sent>][] = [
  ['the plain domain', { domainName: PLAIN }],
  ['the execute-api endpoint', { domainName: executeApi.requestContext.domainName }],
  ['no domain', { domainName: '' }],
  ['another API on the mutual-TLS domain', { apiId: 'z9y8x7w6v5' }],
]

const runtime = await testRuntime()
const open = gateway(runtime)
const only = gateway({ ...runtime, settings: { ...runtime.settings, oauthOnMtlsOnly: true } })
await runtime.store.registry.putService({
  apiKey: runtime.settings.serviceId ?? 0,
  issuer: 'https://auth.example.com',
  credentials: [{ digest: digest('s3cret'), role: 'introspect' }],
  // An OpenID provider.
  supportedScopes: [{ name: 'openid' }],
  jwks: [{ kty: 'EC', kid: '1', alg: 'ES256', use: 'sig' }],
})

const form = (route: string, sent: Partial<Sent> = {}): Sent => ({
  route,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'token=x',
  ...sent,
})

test('the routes of the OAuth face are among those that are tested', () => {
  expect(OAUTH).toEqual(
    expect.arrayContaining(['/introspection', '/introspection/standard', '/revocation', '/token']),
  )
})

describe.each(OAUTH)('%s', (route) => {
  test.each(ELSEWHERE)('the route answers 404 on %s before anything is read', async (_, where) => {
    runtime.lines.length = 0
    const { status, json } = await only(form(route, where))
    expect({ status, json }).toEqual({ status: 404, json: { error: 'invalid_request' } })
    expect(runtime.logged()).toMatchObject([{ outcome: 404, reason: 'domain-other' }])
    expect(runtime.logged()[0]).not.toHaveProperty('service')
  })

  test('the route answers on the mutual-TLS domain as before', async () => {
    const answer = await only(form(route))
    expect(answer.status).not.toBe(404)
    expect(answer).toEqual(await open(form(route)))
  })

  test('the route answers everywhere without the setting', async () => {
    for (const [, where] of ELSEWHERE) expect((await open(form(route, where))).status).not.toBe(404)
  })
})

test.each(DOCUMENTS)('%s answers on every domain', async (route) => {
  const { status } = await only({ route, method: 'GET', domainName: PLAIN })
  expect(status).toBe(200)
})

test('the metadata at the path of an issuer is looked for on every domain', async () => {
  runtime.lines.length = 0
  const pathParameters = { issuerPath: 'other' }
  await only({ route: AT_PATHS, method: 'GET', domainName: PLAIN, pathParameters })
  expect(runtime.logged()).toMatchObject([{ outcome: 404, reason: 'document-other' }])
})

test('the Web API answers on the plain domain', async () => {
  const credentials = Buffer.from(`${String(runtime.settings.serviceId)}:s3cret`).toString('base64')
  const { status, json } = await only({
    route: '/api/auth/introspection',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: '{"token":"x"}',
    domainName: PLAIN,
  })
  expect({ status, action: json['action'] }).toEqual({ status: 200, action: 'UNAUTHORIZED' })
})
