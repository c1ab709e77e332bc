import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { bearer } from '../../support/management.ts'
import { openWalk, OTHER, OWN, REDIRECT_URI, type TestClient } from '../../support/walk.ts'
import { testManagement } from '../../support/test-runtime.ts'

const GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN']

const { runtime, call } = await testManagement()
const walk = await openWalk(runtime, { clientIdAliasEnabled: true })

const manage = (method: string, path: string, body?: unknown) =>
  call(method, `/api/${walk.serviceId}/client${path}`, body, bearer(walk.secrets.manage))

/** A client that the management API creates, for use in a walk. */
async function newClient(settings: Record<string, unknown> = {}): Promise<TestClient> {
  const asked = {
    clientType: 'CONFIDENTIAL',
    grantTypes: GRANT_TYPES,
    redirectUris: [REDIRECT_URI],
    ...settings,
  }
  const { json } = await manage('POST', '/create', asked)
  const number = Number(json['clientId'])
  const tokenAuthMethod = json['tokenAuthMethod'] as 'CLIENT_SECRET_BASIC'
  const known = { clientId: number, tokenAuthMethod }
  return { number, id: String(number), secret: String(json['clientSecret']), settings: known }
}

test('a new client gets bound tokens with its secret', async () => {
  const client = await newClient({ tlsClientCertificateBoundAccessTokens: true })
  const { access } = await walk.granted(client, OWN)
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
  expect(outcome(await walk.introspect(access, OTHER))).toBe('UNAUTHORIZED A065305 invalid_token')
})

test('an alias names the client in an authorization request', async () => {
  const client = await newClient({ clientIdAlias: 'my-shop' })
  const { json } = await walk.authorize({ ...client, id: 'my-shop' })
  expect(json['action']).toBe('INTERACTION')
})

test('a new client can authenticate with its certificate', async () => {
  const client = await newClient({
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientAuthSubjectDn: 'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP',
  })
  const { json } = await walk.credentials(client, OWN)
  expect(json['action']).toBe('OK')
})

describe('caches do not delay', () => {
  test('locking a client makes its tokens invalid at once, and unlocking makes them valid again', async () => {
    const client = await newClient()
    const { access } = await walk.granted(client)
    const lock = (clientLocked: boolean) => manage('POST', `/lock_flag/update/${client.id}`, { clientLocked })
    await lock(true)
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057394 invalid_token')
    await lock(false)
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  })

  test('an update with locked: true makes the tokens of the client invalid at once', async () => {
    const client = await newClient()
    const { access } = await walk.granted(client)
    await manage('POST', `/update/${client.id}`, { locked: true })
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057394 invalid_token')
  })

  test('deleting a client makes its tokens invalid at once', async () => {
    const client = await newClient()
    const { access } = await walk.granted(client)
    await manage('DELETE', `/delete/${client.id}`)
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057393 invalid_token')
  })
})

test('after a secret is refreshed only the new one is accepted, and tokens stay valid', async () => {
  const client = await newClient()
  const { access } = await walk.granted(client)
  const { json } = await manage('GET', `/secret/refresh/${client.id}`)
  const renewed = { ...client, secret: String(json['newClientSecret']) }
  expect(outcome(await walk.credentials(client))).toBe('INVALID_CLIENT A157305 invalid_client')
  expect(tokensOf(await walk.credentials(renewed)).access).toMatch(/./)
  expect(outcome(await walk.introspect(access))).toBe('OK A056001')
})

test('a key that is added to a service signs its access tokens at once', async () => {
  const client = await newClient()
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const [known] = (await runtime.store.registry.findCurrentService(walk.number))?.jwks ?? []
  const jwks = JSON.stringify({ keys: [known, { ...key, kid: '2' }] })
  const signing = { jwks, accessTokenSignAlg: 'ES256', accessTokenSignatureKeyId: '2' }
  const path = `/api/${walk.serviceId}/service/update`
  const updated = await call('POST', path, signing, bearer(walk.secrets.manage))
  const { keys } = JSON.parse(String(updated.json['jwks'])) as { keys: { kid: string }[] }
  const published = keys.find(({ kid }) => kid === '2')
  const { access } = await walk.granted(client)
  const { protectedHeader } = await jwtVerify(
    access,
    createPublicKey({ key: { ...published }, format: 'jwk' }),
    { currentDate: new Date(runtime.now() * 1000) },
  )
  expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: '2' })
})
