import { describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN, SUBJECT, TOKEN_FORMS } from '../../support/walk.ts'

const runtime = await testRuntime()
const supportedScopes = [
  ...['openid', 'profile', 'email', 'address', 'phone', 'read', 'constructor'].map((name) => ({ name })),
]
const ALL = 'openid profile email address phone'

describe.each(TOKEN_FORMS)('%s access tokens', async (_, settings) => {
  const walk = await openWalk(runtime, { supportedScopes, ...settings })
  const client = await walk.addClient(BASIC, { attributes: [{ key: 'tier', value: 'gold' }] })
  const bound = await walk.addClient(BASIC, BOUND)
  const process = (token: string, clientCertificate?: string, options?: object) =>
    walk.call('/auth/userinfo', { token, clientCertificate }, options)

  test('the answer has the end-user, the client and what the token has of the authorization', async () => {
    const { access } = await walk.granted(client, undefined, { scope: 'openid read' })
    const { json } = await process(access)
    expect(json).toEqual({
      type: 'userInfoResponse',
      resultCode: 'A091001',
      resultMessage: '[A091001] The access token presented at the userinfo endpoint is valid.',
      action: 'OK',
      token: access,
      clientId: client.number,
      clientIdAliasUsed: false,
      subject: SUBJECT,
      scopes: ['openid', 'read'],
      clientAttributes: [{ key: 'tier', value: 'gold' }],
    })
  })

  test('each scope of claims stands for the claims of OpenID Connect Core section 5.4', async () => {
    const claimsFor = async (scope: string) =>
      (await process((await walk.granted(client, undefined, { scope })).access)).json['claims']
    expect(await claimsFor('openid email')).toEqual(['email', 'email_verified'])
    expect(await claimsFor('openid constructor')).toBeUndefined()
    expect(await claimsFor(ALL)).toEqual([
      ...['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile'],
      ...['picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
      ...['email', 'email_verified', 'address', 'phone_number', 'phone_number_verified'],
    ])
  })

  test('claims that were requested by name are there as requested, and their names among the others', async () => {
    const named = await walk.addClient(BASIC)
    const { access } = await walk.granted(named, undefined, { scope: 'openid phone' })
    const userInfoClaims = '{"nickname":null,"phone_number":{"essential":true}}'
    await runtime.tables.tamper(walk.number, named.number, { userInfoClaims })
    expect((await process(access)).json).toMatchObject({
      userInfoClaims,
      claims: ['nickname', 'phone_number', 'phone_number_verified'],
    })
  })

  test('a bound token is good only with its certificate', async () => {
    const { access } = await walk.granted(bound, OWN, { scope: 'openid' })
    expect(outcome(await process(access))).toBe('UNAUTHORIZED A089307 invalid_token')
    expect(outcome(await process(access, OTHER))).toBe('UNAUTHORIZED A089310 invalid_token')
    expect(outcome(await process(access, 'no certificate'))).toBe('UNAUTHORIZED A089308 invalid_token')
    expect(outcome(await process(access, OWN))).toBe('OK A091001')
  })

  test('possession is judged before the scope, so a thief does not learn what the token allows', async () => {
    const { access } = await walk.granted(bound, OWN, { scope: 'read' })
    expect(outcome(await process(access, OTHER))).toBe('UNAUTHORIZED A089310 invalid_token')
    expect(outcome(await process(access, OWN))).toBe('FORBIDDEN A089304 insufficient_scope')
  })

  test('a token without the scope openid is refused, and the challenge names the scope', async () => {
    const { access } = await walk.granted(client, undefined, { scope: 'profile email' })
    const answer = await process(access)
    expect(outcome(answer)).toBe('FORBIDDEN A089304 insufficient_scope')
    expect(answer.json['responseContent']).toMatch(/^Bearer error="insufficient_scope",.*,scope="openid"$/)
    expect(Object.keys(answer.json)).toEqual([
      ...['type', 'resultCode', 'resultMessage', 'action', 'responseContent'],
    ])
  })

  test('a token that a refresh has reduced has only the claims of its own scopes, and none without openid', async () => {
    const { refresh } = await walk.granted(client, undefined, { scope: 'openid email read' })
    const reduced = async (from: string, scope: string) =>
      tokensOf(await walk.refresh(client, from, undefined, { scope }))
    const first = await reduced(refresh, 'openid read')
    const { scopes, claims } = (await process(first.access)).json
    expect([scopes, claims]).toEqual([['openid', 'read'], undefined])
    const { access: token } = await reduced(first.refresh, 'email read')
    for (const path of ['/auth/userinfo', '/auth/userinfo/issue'])
      expect(outcome(await walk.call(path, { token }))).toBe('FORBIDDEN A089304 insufficient_scope')
  })

  test('a client’s own token is refused also with the scope openid, because it has no end-user', async () => {
    const { access } = tokensOf(await walk.credentials(client, undefined, { scope: 'openid' }))
    for (const path of ['/auth/userinfo', '/auth/userinfo/issue'])
      expect(outcome(await walk.call(path, { token: access }))).toBe('FORBIDDEN A089394 invalid_request')
  })

  test('a token of another service, a refresh token and a malformed JWT do not exist', async () => {
    const other = await openWalk(runtime, { supportedScopes, ...settings })
    const { access, refresh } = await other.granted(await other.addClient(BASIC), undefined, {
      scope: 'openid',
    })
    for (const token of [access, refresh, 'e30.e30.e30', 'x'])
      for (const path of ['/auth/userinfo', '/auth/userinfo/issue'])
        expect(outcome(await walk.call(path, { token }))).toBe('UNAUTHORIZED A088302 invalid_token')
  })

  test('the role introspect is enough for userinfo, and issue needs runtime', async () => {
    const { access: token } = await walk.granted(client, undefined, { scope: 'openid' })
    const by = async (path: string, secret: string) =>
      (await walk.call(path, { token }, { secret })).json['resultCode']
    expect(await by('/auth/userinfo', walk.secrets.introspect)).toBe('A091001')
    expect(await by('/auth/userinfo/issue', walk.secrets.introspect)).toBe('A001291')
    expect(await by('/auth/userinfo/issue', walk.secrets.runtime)).toBe('A096001')
  })
})
