import { type ConnectionOptions } from 'node:tls'
import { beforeEach, describe, expect, test } from 'vitest'
import { converse, identity, vector } from '../infra/emulator/tls-client.ts'
import { mutualTlsRequest } from '../../infra/connections/mutual-tls-request.ts'
import { asserted, PRIVATE_KEY_JWT } from '../support/client-assertion.ts'
import { jwkOf } from '../support/vector-service.ts'
import { BOUND, form, type TestClient } from '../support/walk.ts'
import { openFapi2Deployment } from './deployment.ts'
import { BY_SUBJECT, byAssertion, type Kind, NONE, SECRET_BASIC, SECRET_POST, SELF_SIGNED } from './kinds.ts'
import { failure, LIBRARIES, openOauth4webapi } from './libraries.ts'
import { clientCredentials, FORMATS, INVALID_CLIENT, parties, setFormat } from './walk-through.ts'

/**
 * The FAPI 2.0 Security Profile with mutual TLS, against a service with the switch `fapi2` on: all but the code flow and
 * the resource, requirements M01 to M11. API Gateway has more suites than these domains.
 */

const deployment = await openFapi2Deployment()

/** A client with `private_key_jwt`, for which the test writes the claims itself. */
const assertionClient = () =>
  deployment.walk.addClient({ ...PRIVATE_KEY_JWT, ...BOUND, tokenAuthSignAlg: 'ES256' })

function tokenRequest(parameters: object, certificate = BY_SUBJECT.holds) {
  const ca = vector('ca-root')
  const body = form({ grant_type: 'client_credentials', ...parameters })
  return mutualTlsRequest(
    `${deployment.mutualTlsUrl}/token`,
    { ca, ...identity(certificate) },
    { form: body },
  )
}

/** An assertion for this issuer, but for what `claims` changes. */
const assertion = (client: TestClient, claims: object = {}) =>
  asserted(client, deployment.runtime.now(), { aud: deployment.issuer, ...claims })

const WEAK: readonly (readonly [string, ConnectionOptions])[] = [
  ['TLS 1.1', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
  ['CBC suites', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA' }],
  ['suites without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:AES256-SHA' }],
]

test.each(WEAK)('M01: no endpoint accepts a connection with %s', async (_name, options) => {
  for (const port of deployment.ports) {
    const { said, error } = await converse(port, { ...identity(BY_SUBJECT.holds), ...options })
    expect(said).toBe('')
    expect(error?.code).toMatch(/^ERR_SSL_/)
  }
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)('M01: every endpoint speaks TLS by %s', async (version) => {
  for (const port of deployment.ports) {
    const tls = { minVersion: version, maxVersion: version }
    expect((await converse(port, { ...identity(BY_SUBJECT.holds), ...tls })).said).toMatch(/^HTTP\/1.1 /)
  }
})

describe.each(LIBRARIES)('M02, M03: a confidential client of %s', (_library, open) => {
  describe.each(FORMATS)('with access tokens that are %s', (format) => {
    beforeEach(() => setFormat(deployment, format))

    test.each([
      ['tls_client_auth', BY_SUBJECT],
      ['self_signed_tls_client_auth', SELF_SIGNED],
      ['private_key_jwt with ES256', byAssertion('ES256')],
      ['private_key_jwt with PS256', byAssertion('PS256')],
      ['private_key_jwt with Ed25519', byAssertion('Ed25519')],
    ])('M02, M03: a confidential client gets tokens by %s, all of them bound', async (_method, made) => {
      const kind = await made
      await clientCredentials(await parties(open, deployment, kind), kind, format)
    })
  })

  test.each([
    // Only this one sends an Authorization header, so only this one is challenged (decision D19).
    ['client_secret_basic', SECRET_BASIC, '401 basic invalid_client'],
    ['client_secret_post', SECRET_POST, INVALID_CLIENT],
    ['private_key_jwt with RS256', byAssertion('RS256'), INVALID_CLIENT],
  ])('M02, M03: a confidential client gets no tokens by %s', async (_method, made, expected) => {
    const { own } = await parties(open, deployment, await made)
    expect(await failure(own.credentials('accounts:read'))).toBe(expected)
  })
})

test('M02: a public client is refused', async () => {
  const client = await deployment.walk.addClient(NONE.settings)
  const answer = await tokenRequest({
    client_id: client.id,
    grant_type: 'refresh_token',
    refresh_token: 'x',
  })
  expect([answer.status, answer.text]).toEqual([401, '{"error":"invalid_client"}'])
})

test('M02: a client without a certificate gets no token', async () => {
  const kind = await byAssertion('ES256')
  const client = await deployment.walk.addClient(kind.settings)
  const own = await openOauth4webapi(deployment, { kind, client, aliases: false })
  expect(await failure(own.credentials('accounts:read'))).toBe('400 invalid_request')
})

test('M02: the password grant is refused', async () => {
  const client = await deployment.walk.addClient(BY_SUBJECT.settings)
  const asked = { grant_type: 'password', username: 'testuser01', password: 'x', client_id: client.id }
  const { status, text } = await tokenRequest(asked)
  expect([status, JSON.parse(text)]).toMatchObject([400, { error: 'unsupported_grant_type' }])
})

const outcome = async (claims: () => object) => {
  const client = await assertionClient()
  const { status } = await tokenRequest({ client_id: client.id, ...assertion(client, claims()) })
  return status
}

test.each([
  ['the issuer as a string', () => deployment.issuer, 200],
  ['the issuer in a list', () => [deployment.issuer], 401],
  ['the issuer and another', () => [deployment.issuer, 'https://other.example.com'], 401],
  ['the token endpoint', () => `${deployment.issuer}/token`, 401],
  ['the token endpoint of the mutual-TLS domain', () => `${deployment.mutualTlsUrl}/token`, 401],
  ['another issuer', () => 'https://other.example.com', 401],
])('M04, M06: an assertion for %s is answered with $2', async (_name, aud, status) => {
  expect(await outcome(() => ({ aud: aud() }))).toBe(status)
})

test.each([
  ['iat', 10, 200],
  ['iat', 61, 401],
  ['nbf', 10, 200],
  ['nbf', 61, 401],
])(
  'M04, M06: an assertion with an %s that is %d s ahead is answered with $2',
  async (name, ahead, status) => {
    expect(await outcome(() => ({ [name]: deployment.runtime.now() + ahead }))).toBe(status)
  },
)

test.each<[string, Kind['settings']]>([
  ['tls_client_auth', { ...BY_SUBJECT.settings, tlsClientAuthSubjectDn: 'CN=weak.example.org,O=Client1' }],
  ['self_signed_tls_client_auth', { ...SELF_SIGNED.settings, jwks: { keys: [jwkOf('weak-rsa-1024')] } }],
])('M10: a weak key authenticates no client by %s', async (_method, settings) => {
  const client = await deployment.walk.addClient(settings)
  const asked = { grant_type: 'client_credentials', client_id: client.id }
  const { status, json } = await deployment.walk.post('/token', asked, vector('weak-rsa-1024'))
  expect([status, json]).toEqual([401, { error: 'invalid_client' }])
})

test('M11: the published keys have distinct kids', async () => {
  const answer = await deployment.fetchAs()(`${deployment.issuer}/jwks`, { headers: {} })
  const { keys } = (await answer.json()) as { keys: { kid: string }[] }
  expect(keys.length).toBeGreaterThan(0)
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
})

test('M11: where two keys of a client share a kid, the one that fits is found', async () => {
  const client = await assertionClient()
  const [own] = client.settings.jwks?.keys ?? []
  const others = ['client-rsa-2048', 'client-ec-p384', 'client-other'].map((name) => ({
    ...jwkOf(name),
    kid: 'k1',
  }))
  await deployment.walk.setClient(client, { jwks: { keys: [...others, { ...own }] } })
  const asked = () => tokenRequest({ client_id: client.id, ...assertion(client) })
  expect((await asked()).status).toBe(200)
  await deployment.walk.setClient(client, { jwks: { keys: others } })
  expect((await asked()).status).toBe(401)
})
