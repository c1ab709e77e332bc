import { afterAll, describe, expect, test } from 'vitest'
import { requireToken } from '../../../shared/resource-server/api-gateway.ts'
import { type AccessToken, protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import authorizerV2 from '../../events/authorizer-v2-mtls.json' with { type: 'json' }
import { API_IDS, MTLS_DOMAIN } from '../../support/fixed-runtime.ts'
import { newProofKey, proofOf, tokenBoundTo } from '../../support/proof-keys.ts'
import { eventFor, FORMATS, type Sent } from '../../support/gateway.ts'
import { openIssuer } from '../../support/token-issuer.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC } from '../../support/walk.ts'

const PLACES = { mtlsDomains: [MTLS_DOMAIN], apiIds: API_IDS }

const handle = (event: object, token: AccessToken, context: unknown) =>
  Promise.resolve({
    statusCode: 200,
    body: JSON.stringify({ sub: token.subject, context, gotEvent: 'requestContext' in event }),
  })

describe.each([
  ['JWTs offline', 'jwt', 'offline'],
  ['opaque tokens by introspection', 'opaque', 'online'],
] as const)('%s', async (_way, format, mode) => {
  const issuer = await openIssuer(format)
  const client = await issuer.walk.addClient(PUBLIC, BOUND)
  const good = (await issuer.walk.granted(client, OWN, { scope: 'read' })).access
  const handler = requireToken(protectedResource(issuer[mode]), { ...PLACES, scopes: ['read'] }, handle)
  afterAll(() => issuer.close())

  describe.each(FORMATS)('payload %s', (payload) => {
    const call = (sent: Partial<Sent>) =>
      handler(eventFor({ route: '/accounts', method: 'GET', ...sent }, payload), 'the context')
    const bearer = (token: string, certificate?: string) => ({
      headers: { Authorization: `Bearer ${token}` },
      certificate,
    })

    test('the holder of the certificate is served, and the same token with another certificate is refused right after', async () => {
      const body = JSON.stringify({ sub: 'testuser01', context: 'the context', gotEvent: true })
      for (let i = 0; i < 2; i++) {
        expect(await call(bearer(good, OWN))).toEqual({ statusCode: 200, body })
        for (const certificate of [OTHER, undefined]) {
          expect(await call(bearer(good, certificate))).toEqual({
            statusCode: 401,
            headers: {
              'cache-control': 'no-store',
              pragma: 'no-cache',
              'content-type': 'application/json',
              'www-authenticate': 'Bearer error="invalid_token"',
            },
            body: '{"error":"invalid_token"}',
            isBase64Encoded: false,
          })
        }
      }
    })

    test('a token that is bound to a key passes with its proof for the public URL, on any domain', async () => {
      const key = newProofKey()
      const token = await tokenBoundTo(issuer.walk, await issuer.walk.addClient(BASIC), key)
      const publicUrl = 'https://accounts.example.com'
      const resource = protectedResource({ ...issuer[mode], publicUrl })
      const byKey = requireToken(resource, { ...PLACES, scopes: ['read'] }, handle)
      const ask = async (claims: object) => {
        const target = { htm: 'GET', htu: `${publicUrl}/accounts`, ...claims }
        const dpop = proofOf(key, token, issuer.runtime.now(), target)
        const headers = { Authorization: `DPoP ${token}`, DPoP: dpop }
        const sent = { route: '/accounts', method: 'GET', headers, domainName: 'api.example.com' }
        return (await byKey(eventFor(sent, payload), 'the context')).statusCode
      }
      expect(await ask({})).toBe(200)
      expect(await ask({ htu: 'https://api.example.com/accounts' })).toBe(401)
      expect(await ask({ htm: 'POST' })).toBe(401)
    })

    test.each([
      ['another domain', { domainName: 'api.example.com' }],
      ['another API', { apiId: 'z9y8x7w6v5' }],
    ])('a certificate in an event from %s is ignored', async (_where, place) => {
      expect(await call({ ...bearer(good, OWN), ...place })).toMatchObject({ statusCode: 401 })
    })

    test('a certificate in a header is ignored', async () => {
      const { headers } = bearer(good)
      for (const name of ['client-cert', 'x-amzn-mtls-clientcert', 'x-forwarded-client-cert']) {
        expect(await call({ headers: { ...headers, [name]: OWN } })).toMatchObject({ statusCode: 401 })
      }
    })

    test('a good token with a DPoP proof is refused, because nothing checks the proof', async () => {
      const { headers } = bearer(good)
      const proved = { headers: { ...headers, DPoP: 'a.b.c' }, certificate: OWN }
      expect(await call(proved)).toMatchObject({
        statusCode: 400,
        headers: { 'www-authenticate': 'Bearer error="invalid_request"' },
      })
    })

    test('a missing token, two tokens, an unbound token and a missing scope get the answers of RFC 6750', async () => {
      expect(await call({ certificate: OWN })).toMatchObject({
        statusCode: 401,
        headers: { 'www-authenticate': 'Bearer' },
        body: '',
      })
      const twice = { headers: { Authorization: [`Bearer ${good}`, `Bearer ${good}`] }, certificate: OWN }
      expect(await call(twice)).toMatchObject({ statusCode: 400 })
      const { walk } = issuer
      const unbound = await walk.granted(await walk.addClient(BASIC), undefined, { scope: 'read' })
      expect(await call(bearer(unbound.access, OWN))).toMatchObject({ statusCode: 401 })
      const little = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN, { scope: 'write' })
      expect(await call(bearer(little.access, OWN))).toMatchObject({
        statusCode: 403,
        headers: { 'www-authenticate': 'Bearer error="insufficient_scope",scope="read"' },
      })
    })
  })

  test('events that are not API Gateway requests are thrown', async () => {
    const { routeKey: _none, ...rest } = authorizerV2
    for (const event of [undefined, {}, { version: '3.0', requestContext: {} }, rest]) {
      await expect(handler(event as object, undefined)).rejects.toThrow()
    }
  })
})

test('requireToken throws without a mutual-TLS domain or an API identifier', () => {
  const resource = protectedResource({ issuer: 'i', audience: 'a', jwks: { keys: [] } })
  for (const missing of [{ mtlsDomains: [] }, { apiIds: [] }]) {
    expect(() => requireToken(resource, { ...PLACES, ...missing }, handle)).toThrow(TypeError)
  }
})

test('the Lambda handler has two parameters, because Lambda waits for a callback if there are three', () => {
  const resource = protectedResource({ issuer: 'i', audience: 'a', jwks: { keys: [] } })
  expect(requireToken(resource, PLACES, handle)).toHaveLength(2)
})
