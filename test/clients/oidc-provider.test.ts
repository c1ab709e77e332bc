import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { fetchedPeers, PEERS_FOLDER } from '../../infra/bench/peers/fetched-peers.ts'
import { MUTUAL_TLS_FEATURE } from '../../infra/bench/peers/mutual-tls-feature.ts'
import { listen } from '../../infra/connections/listen.ts'
import { mutualTlsRequest } from '../../infra/connections/mutual-tls-request.ts'
import {
  protectedResource,
  type ProtectedResourceOptions,
} from '../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { HOLDER, THIEF } from '../support/signed-tokens.ts'

interface Package {
  readonly default: new (
    issuer: string,
    configuration: object,
  ) => { readonly callback: () => RequestListener }
}

const API = 'https://accounts.example.com'
const missing = existsSync(PEERS_FOLDER)
  ? undefined
  : 'oidc-provider in .cache (npm run bench -- --library --peers)'

/** oidc-provider, an issuer that others have written, which binds tokens to the certificates of its clients. */
async function openProvider() {
  const { default: Provider } = (await import(
    pathToFileURL(join(await fetchedPeers(), 'node_modules/oidc-provider/lib/index.js')).href
  )) as Package
  const callbacks: RequestListener[] = []
  const tls = { ...identity('server-localhost', 'ca-issuing'), ca: [vector('ca-root'), vector('ca-issuing')] }
  const server = await listen(
    createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) =>
      callbacks[0]?.(request, response),
    ),
  )
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = `https://localhost:${server.port}`
  const client = {
    ...{
      client_secret: 'a-secret',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    ...{ scope: 'accounts:read', id_token_signed_response_alg: 'ES256' },
    introspection_signed_response_alg: 'ES256',
  }
  const formats: Readonly<Record<string, string>> = { [API]: 'jwt', [`${API}/opaque`]: 'opaque' }
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: 'app', tls_client_certificate_bound_access_tokens: true },
      { ...client, client_id: 'other', tls_client_certificate_bound_access_tokens: false },
      { ...client, client_id: 'rs' },
    ],
    scopes: ['accounts:read'],
    cookies: { keys: ['test'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: '1' }] },
    enabledJWA: { introspectionSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'] },
    features: {
      ...{ clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      ...{ introspection: { enabled: true }, jwtIntrospection: { enabled: true } },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          ...{ scope: 'accounts:read', audience: resource, accessTokenFormat: formats[resource] },
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
      mTLS: MUTUAL_TLS_FEATURE,
    },
  })
  callbacks.push(provider.callback())
  const obtain = async (resource: string, id = 'app') => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'accounts:read',
      resource,
    }).toString()
    const authorization = `Basic ${Buffer.from(`${id}:a-secret`).toString('base64')}`
    const { text } = await mutualTlsRequest(
      `${issuer}/token`,
      { ...HOLDER, ca: vector('ca-root') },
      { form, headers: { authorization } },
    )
    const { access_token: token } = JSON.parse(text) as { readonly access_token?: string }
    if (token === undefined) throw new Error(text)
    return token
  }
  return { issuer, obtain, close: server.close }
}

// A file without tests would fail.
if (missing !== undefined)
  test('the tokens of a running oidc-provider', ({ skip }) => skip(`there is no ${missing} here`))

describe.each(missing === undefined ? ['oidc-provider'] : [])('tokens of a running %s', async () => {
  const provider = await openProvider()
  afterAll(() => provider.close())
  const { issuer } = provider
  const introspection = {
    endpoint: `${issuer}/token/introspection`,
    clientId: 'rs',
    clientSecret: 'a-secret',
  }
  const expected = { issuer, ca: vector('ca-root') }
  const failures: unknown[] = []
  beforeEach(() => {
    failures.length = 0
  })

  test.each<[string, string, object]>([
    ['a JWT by the metadata of RFC 8414', API, { metadata: 'oauth-authorization-server' }],
    ['a JWT by the metadata of OpenID Connect', API, { metadata: 'openid-configuration' }],
    ['a JWT by its keys', API, { jwks: `${issuer}/jwks` }],
    ['an opaque token by introspection', `${API}/opaque`, { introspection }],
    [
      'an opaque token by a signed answer',
      `${API}/opaque`,
      { introspection: { ...introspection, jwks: `${issuer}/jwks` } },
    ],
  ])('%s passes with its certificate only, and only if it is bound', async (_way, audience, way) => {
    const onFailure = (error: unknown) => failures.push(error)
    const options = { ...expected, audience, ...way, onFailure }
    const resource = protectedResource(options as unknown as ProtectedResourceOptions)
    const decide = async (token: string, certificate: string | undefined) => {
      const decided = await resource(['accounts:read'])({
        rawHeaders: ['authorization', `Bearer ${token}`],
        certificate,
      })
      return decided.allowed ? decided.token.clientId : decided.reason
    }
    const token = await provider.obtain(audience)
    expect([await decide(token, HOLDER.cert), failures]).toEqual(['app', []])
    expect(await decide(token, THIEF.cert)).toBe('certificate-differs')
    expect(await decide(token, undefined)).toBe('certificate-missing')
    expect(await decide(await provider.obtain(audience, 'other'), HOLDER.cert)).toBe('token-unbound')
    const elsewhere = await provider.obtain(audience === API ? `${API}/opaque` : API)
    expect(await decide(elsewhere, HOLDER.cert)).toMatch(
      /^(token-opaque|audience-wrong|token-inactive|undecided)$/,
    )
  })
})
