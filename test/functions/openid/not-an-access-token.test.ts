import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../support/client-assertion.ts'
import { FORMATS } from '../../support/gateway.ts'
import { idTokenOf, OPENID, OPENID_PROVIDER } from '../../support/openid.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BOUND, EVERY_METHOD, OWN, PUBLIC } from '../../support/walk.ts'

const walk = await testWalk({ ...OPENID_PROVIDER, ...EVERY_METHOD, accessTokenSignAlg: 'ES256' })
const client = await walk.addClient(PUBLIC, BOUND)

/** An access token of the same grant, which is accepted wherever the ID token must not be. */
async function issued() {
  // The library has no other clock than that of the machine.
  walk.runtime.clock.now = Math.floor(Date.now() / 1000) as EpochSeconds
  // A client ID is a resource, too: then even the audience fits.
  const resource = `urn:client:${client.id}`
  const members = { claims: { amr: ['pwd'] }, idtHeaderParams: { tenant: 't' } }
  const code = await walk.code(client, { ...OPENID, resource }, members)
  const answer = await walk.redeem(client, code, OWN)
  return { ...tokensOf(answer), idToken: idTokenOf(answer), resource }
}

test('an ID token has the type JWT, and nothing that only access tokens have', async () => {
  const { idToken, access } = await issued()
  expect(decodeProtectedHeader(idToken).typ).toBe('JWT')
  expect(decodeProtectedHeader(access).typ).toBe('at+jwt')
  for (const name of ['jti', 'client_id', 'scope', 'cnf']) {
    expect(decodeJwt(access)).toHaveProperty(name)
    expect(decodeJwt(idToken)).not.toHaveProperty(name)
  }
})

test('introspection does not know an ID token', async () => {
  const { idToken, access } = await issued()
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
  expect(outcome(await walk.introspect(idToken, OWN))).toMatch(/^UNAUTHORIZED A\d+ invalid_token$/)
  expect(await walk.standard(idToken)).toEqual({ active: false })
  const ofFace = await walk.post('/introspection', { token: idToken }, OWN)
  expect([ofFace.status, ofFace.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"'])
})

test('the Lambda authorizer denies an ID token', async () => {
  const settings = { ...walk.runtime.settings, serviceId: walk.number }
  const handler = serveAuthorizer(authorizeRequest, { ...walk.runtime, settings })
  const { idToken, access } = await issued()
  const isAllowed = async (token: string, format: (typeof FORMATS)[number]) => {
    const event = authorizerEvent({ authorization: `Bearer ${token}`, certificate: OWN }, format)
    const result = await handler(event)
    return 'isAuthorized' in result
      ? result.isAuthorized
      : JSON.stringify(result.policyDocument).includes('"Effect":"Allow"')
  }
  for (const format of FORMATS) {
    expect(await isAllowed(access, format)).toBe(true)
    expect(await isAllowed(idToken, format)).toBe(false)
  }
})

test('the library for resource servers refuses an ID token offline, even for an audience that fits', async () => {
  const { json } = await walk.send({ route: '/jwks', method: 'GET' })
  const { idToken, access, resource } = await issued()
  const decide = async (token: string, audience: string) => {
    const jwks = json as unknown as { keys: object[] }
    const expected = { issuer: 'https://as.example.com', audience, jwks, unboundTokens: 'allowed' } as const
    const presented = { rawHeaders: ['authorization', `Bearer ${token}`], certificate: OWN }
    const decision = await protectedResource(expected)([])(presented)
    return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
  }
  expect(await decide(access, resource)).toBe('allowed')
  expect(await decide(idToken, client.id)).toBe('401 typ-wrong')
})

test('an ID token is neither a refresh token nor revocable, and authenticates no client', async () => {
  const { idToken, access } = await issued()
  expect(outcome(await walk.refresh(client, idToken, OWN))).toBe('BAD_REQUEST A053305 invalid_grant')
  await walk.post('/revocation', { token: idToken, client_id: client.id }, OWN)
  expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
  const byKey = await walk.addClient(PRIVATE_KEY_JWT)
  const assertion = asserted(byKey, walk.runtime.clock.now)
  const asked = { grant_type: 'client_credentials', ...assertion, client_assertion: idToken }
  expect((await walk.post('/token', asked, OWN)).json).toEqual({ error: 'invalid_client' })
})
