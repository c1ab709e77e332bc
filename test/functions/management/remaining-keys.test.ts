import { decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { delayFirstRequest } from '../../support/cutting-proxy.ts'
import { failure } from '../../support/management.ts'
import { idTokenOf, OPENID, OPENID_PROVIDER } from '../../support/openid.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, basic, form, openWalk, type TestClient, type Walk } from '../../support/walk.ts'

const es256 = newSigningKey('es', 'ES256').own
const es256Again = newSigningKey('es-2', 'ES256').own
const rs256 = newSigningKey('rs', 'RS256').own

const { runtime, proxy } = await proxiedRuntime()
let walk: Walk
const update = (change: object) => walk.call('/service/update', change)
const kids = async () =>
  ((await walk.send({ route: '/jwks', method: 'GET' })).json['keys'] as { kid: string }[]).map(
    ({ kid }) => kid,
  )

async function open(settings: Parameters<typeof openWalk>[1], ...keys: object[]): Promise<void> {
  walk = await openWalk(runtime, { jwks: [], ...settings })
  expect((await update(keySet(...keys))).status).toBe(200)
}

describe('a service that offers openid', () => {
  beforeEach(() => open(OPENID_PROVIDER, es256))

  test('its last key is not removed, and signs afterwards', async () => {
    const refused = await update(keySet())
    expect(failure(refused)).toBe('400 A039693')
    expect(refused.json['resultMessage']).toContain('The last key for ID tokens')
    expect(await kids()).toEqual(['es'])
    const client = await walk.addClient(BASIC)
    const answer = await walk.redeem(client, await walk.code(client, OPENID))
    expect(decodeProtectedHeader(idTokenOf(answer)).kid).toBe('es')
  })

  test('its last key is removed if the update stops to offer openid, or brings another key', async () => {
    expect((await update(keySet(rs256))).status).toBe(200)
    expect(await kids()).toEqual(['rs'])
    expect((await update({ ...keySet(), supportedScopes: [{ name: 'read' }] })).status).toBe(200)
    expect(await kids()).toEqual([])
  })

  test('the last key that a profile allows is not removed, though another one stays', async () => {
    await update({ ...keySet(es256, rs256), ...FAPI2_SERVICE })
    expect(failure(await update(keySet(rs256)))).toBe('400 A039693')
    await update({ fapi2: false })
    await walk.addClient(BASIC, { fapi2: true })
    expect(failure(await update(keySet(rs256)))).toBe('400 A039693')
    expect(await kids()).toEqual(['es', 'rs'])
  })

  test('a key that another update brings at the same time, for a client of its algorithm, is not removed', async () => {
    proxy.fate = delayFirstRequest('UpdateItem', async () => {
      await update(keySet(es256, rs256))
      await walk.addClient(BASIC, { idTokenSignAlg: 'RS256' })
    })
    expect(failure(await update({ ...keySet(es256), serviceName: 'Late' }))).toBe('400 A039693')
    expect(await kids()).toEqual(['es', 'rs'])
  })
})

const FAPI2_SERVICE = {
  ...{ fapi2: true, supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'], refreshTokenKept: true },
  ...{ pkceRequired: true, pkceS256Required: true },
}

describe('a client that is registered for signed answers', () => {
  const plain = { supportedScopes: [{ name: 'read' }] }

  test.each([
    ['introspectionSignAlg', plain, 250],
    ['userInfoSignAlg', OPENID_PROVIDER, 1],
    ['idTokenSignAlg', OPENID_PROVIDER, 1],
  ] as const)(
    'the last key of its %s is not removed, and the refusal names client and setting',
    async (name, settings, others) => {
      await open(settings, es256, es256Again, rs256)
      // At 250 the first page of clients has only others.
      for (let number = 1; number <= others; number++) await walk.addClient(BASIC, { clientId: number })
      const client = await walk.addClient(BASIC, { clientId: 99_999_999_999_999, [name]: 'ES256' })
      expect((await update(keySet(es256, rs256))).status).toBe(200)
      const refused = await update(keySet(rs256))
      expect(failure(refused)).toBe('400 A039693')
      expect(refused.json['resultMessage']).toContain(`the client ${client.id} (${name})`)
      expect(await kids()).toEqual(['es', 'rs'])
      await walk.setClient(client, { [name]: 'RS256' })
      expect((await update(keySet(rs256))).status).toBe(200)
    },
  )

  test('a setting that could not be served before, and one for ID tokens of a service without openid, hold no key', async () => {
    await open(plain, es256, rs256)
    await walk.addClient(BASIC, { introspectionSignAlg: 'PS256', idTokenSignAlg: 'ES256' })
    expect((await update(keySet(rs256))).status).toBe(200)
  })

  test('the clients are read only if an algorithm loses its last key', async () => {
    await open(plain, es256, es256Again)
    const queries = () => proxy.passed.filter(({ operation }) => operation === 'Query').length
    proxy.passed.length = 0
    await update({ serviceName: 'Renamed' })
    await update(keySet(es256))
    expect(queries()).toBe(0)
    await update(keySet(rs256))
    expect(queries()).toBeGreaterThan(0)
  })

  test('an update that cannot read all clients in time changes nothing, and is 503', async () => {
    await open(plain, es256)
    await walk.addClient(BASIC)
    proxy.fate = (passing, forward) => {
      if (passing.operation === 'Query')
        runtime.clock.now = (runtime.clock.now + 60) as typeof runtime.clock.now
      return forward()
    }
    expect(failure(await update(keySet()))).toBe('503 A039191')
    expect(await kids()).toEqual(['es'])
  })

  test('if it is registered after the key has left, it gets a refusal and never an unsigned answer', async () => {
    await open(OPENID_PROVIDER, rs256)
    const settings = { introspectionSignAlg: 'ES256', userInfoSignAlg: 'ES256' } as const
    const client = await walk.addClient(BASIC, settings)
    const { access } = await walk.granted(client, undefined, OPENID)
    expect(outcome(await walk.call('/auth/userinfo/issue', { token: access }))).toBe(
      'INTERNAL_SERVER_ERROR A096293 server_error',
    )
    const { status, json } = await signedIntrospection(client, access)
    expect([status, Object.keys(json)]).toEqual([400, ['error', 'error_description']])
    const late = await walk.addClient(BASIC, { idTokenSignAlg: 'ES256' })
    expect((await walk.authorize(late, OPENID)).json['resultCode']).toBe('A014394')
  })
})

const signedIntrospection = (client: TestClient, token: string) =>
  walk.send({
    route: '/introspection/standard',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/token-introspection+jwt',
      ...basic(client),
    },
    body: form({ token }),
  })
