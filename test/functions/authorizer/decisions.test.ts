import { describe, expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { type AuthorizerResult, serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { type Asked, authorizerEvent, METHOD_ARN } from '../../support/authorizer-events.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Format } from '../../support/gateway.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { spelling, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN, PUBLIC, RENEWED } from '../../support/walk.ts'

const THUMBPRINT = thumbprintOf('client-ec-p256')
/** Both forms of access tokens and both formats of events, once each. */
const SERVICES = [
  ['opaque', '2.0', {}],
  ['JWT', '1.0', { accessTokenSignAlg: 'ES256' }],
] as const

const runtime = await testRuntime()

/** `allowed`, or `denied` in the answer of its format; anything else as it is. */
function verdict(result: AuthorizerResult, format: Format): unknown {
  const { context: _told, ...answer } = result
  const policy = (Effect: string, principalId: unknown) => ({
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: METHOD_ARN }],
    },
  })
  const [allow, deny] =
    format === '2.0'
      ? [{ isAuthorized: true }, { isAuthorized: false }]
      : [policy('Allow', result.context?.client_id), policy('Deny', 'unknown')]
  const same = (wanted: object) => JSON.stringify(answer) === JSON.stringify(wanted)
  if (same(allow) && result.context !== undefined) return 'allowed'
  return same(deny) && result.context === undefined ? 'denied' : result
}

describe.each(SERVICES)('access tokens %s, payload %s', async (_name, format, settings) => {
  const walk = await openWalk(runtime, settings)
  const handler = serveAuthorizer(authorizeRequest, {
    ...runtime,
    settings: { ...runtime.settings, serviceId: walk.number },
  })

  const ask = async (asked: Asked) => verdict(await handler(authorizerEvent(asked, format)), format)
  const granted = async (parameters = {}) =>
    (await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN, parameters)).access
  const reason = () => runtime.logged().at(-1)?.reason

  test('the holder of the certificate is allowed, and the context has all members of its token', async () => {
    const client = await walk.addClient(PUBLIC, BOUND)
    const { access } = await walk.granted(client, OWN, { scope: 'read write' })
    const event = authorizerEvent({ authorization: `Bearer ${access}`, certificate: OWN }, format)
    const result = await handler(event)
    expect(verdict(result, format)).toBe('allowed')
    expect(result.context).toEqual({
      client_id: client.id,
      sub: 'testuser01',
      scope: 'read write',
      iss: 'https://as.example.com',
      aud: 'https://as.example.com',
      exp: addSeconds(START, 86400),
      certificateThumbprint: THUMBPRINT,
    })
    expect(JSON.stringify(result)).not.toContain(access)
  })

  test('the context for a client without end-user and scopes has neither these members nor null', async () => {
    const client = await walk.addClient(BASIC, BOUND)
    const { json } = await walk.credentials(client, OWN)
    const token = JSON.parse(json['responseContent'] as string) as { access_token: string }
    const authorization = `Bearer ${token.access_token}`
    const { context } = await handler(authorizerEvent({ authorization, certificate: OWN }, format))
    expect(Object.keys(context ?? {}).toSorted()).toEqual(
      ['aud', 'certificateThumbprint', 'client_id', 'exp', 'iss'].toSorted(),
    )
    expect(Object.values(context ?? {}).map((value) => typeof value)).not.toContain('object')
  })

  test('the same token with another certificate right after a good call is denied', async () => {
    const authorization = `Bearer ${await granted()}`
    for (const [certificate, expected] of [
      [OWN, 'allowed'],
      [OTHER, 'denied'],
      [OWN, 'allowed'],
      [RENEWED, 'denied'],
      [undefined, 'denied'],
      [spelling('truncated-der'), 'denied'],
      [OWN, 'allowed'],
    ] as const) {
      expect(await ask({ authorization, certificate })).toBe(expected)
    }
  })

  test.each([
    ['another domain', { domainName: 'api.example.com' }],
    ['the execute-api endpoint', { domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com' }],
    ['another API', { apiId: 'z9y8x7w6v5' }],
  ])('a certificate from %s counts as none', async (_where, place) => {
    const authorization = `Bearer ${await granted()}`
    expect(await ask({ authorization, certificate: OWN, ...place })).toBe('denied')
    expect(reason()).toBe('certificate-missing')
  })

  test('a certificate in a header counts as none', async () => {
    const headers = { 'client-cert': OWN, 'x-amzn-mtls-clientcert': OWN, 'x-forwarded-client-cert': OWN }
    const authorization = `Bearer ${await granted()}`
    expect(await ask({ authorization, headers })).toBe('denied')
    expect(await ask({ authorization, headers, certificate: OTHER })).toBe('denied')
  })

  test.each([
    ['in other case', (token: string) => `bEARER ${token}`],
    ['with more spaces', (token: string) => `Bearer   ${token}`],
  ])('the scheme Bearer %s is accepted', async (_how, spell) => {
    const authorization = spell(await granted())
    expect(await ask({ authorization, certificate: OWN })).toBe('allowed')
  })

  test.each([
    ['no header', () => [], 'token-missing'],
    ['another scheme', (token: string) => `Basic ${token}`, 'token-missing'],
    ['a token without a scheme', (token: string) => token, 'token-missing'],
    ['a scheme without a token', () => 'Bearer', 'credentials-malformed'],
    ['a tab', (token: string) => `Bearer\t${token}`, 'credentials-malformed'],
    ['something after the token', (token: string) => `Bearer ${token} x`, 'credentials-malformed'],
    ['two tokens', (token: string) => `Bearer ${token},Bearer ${token}`, 'credentials-malformed'],
    ['two headers', (token: string) => [`Bearer ${token}`, `Bearer ${token}`], 'credentials-malformed'],
    ['a character outside the grammar', (token: string) => `Bearer ${token}!`, 'credentials-malformed'],
    ['padding inside', (token: string) => `Bearer =${token}`, 'credentials-malformed'],
  ])('a request with %s is denied', async (_what, spell, expected) => {
    const authorization = spell(await granted())
    expect(await ask({ authorization, certificate: OWN })).toBe('denied')
    expect(reason()).toBe(expected)
  })

  test('a token in the query or in a cookie is ignored', async () => {
    const token = await granted()
    const query = { access_token: token, authorization: `Bearer ${token}` }
    const headers = { cookie: `access_token=${token}`, 'x-authorization': `Bearer ${token}` }
    expect(await ask({ query, headers, certificate: OWN })).toBe('denied')
    expect(reason()).toBe('token-missing')
  })

  test('an unbound token is denied, with a certificate or without', async () => {
    const { access } = await walk.granted(await walk.addClient(BASIC))
    for (const certificate of [OWN, undefined]) {
      expect(await ask({ authorization: `Bearer ${access}`, certificate })).toBe('denied')
      expect(reason()).toBe('token-unbound')
    }
  })

  test('every text that is not a live access token is denied', async () => {
    const client = await walk.addClient(PUBLIC, BOUND)
    const { access, refresh } = await walk.granted(client, OWN)
    const isDenied = async (token: string) =>
      expect(await ask({ authorization: `Bearer ${token}`, certificate: OWN })).toBe('denied')
    for (const token of ['A'.repeat(72), 'x', 'a.b.c', refresh, `${access}A`, 'a'.repeat(9000)]) {
      await isDenied(token)
    }
    runtime.clock.now = addSeconds(START, 86399)
    expect(await ask({ authorization: `Bearer ${access}`, certificate: OWN })).toBe('allowed')
    runtime.clock.now = addSeconds(START, 86400)
    await isDenied(access)
    runtime.clock.now = START
    await runtime.store.clients.cutOff(walk.number, client.number, () => START)
    await isDenied(access)
  })

  test('a token of another service is denied', async () => {
    const elsewhere = await openWalk(runtime, settings)
    const { access } = await elsewhere.granted(await elsewhere.addClient(PUBLIC, BOUND), OWN)
    expect(await ask({ authorization: `Bearer ${access}`, certificate: OWN })).toBe('denied')
  })
})
