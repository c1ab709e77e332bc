import { decodeJwt } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, basic, openWalk, POST, type Walk } from '../../support/walk.ts'

const SCOPES = [
  { name: 'read', defaultEntry: true },
  { name: 'write', defaultEntry: true },
  { name: 'admin' },
]

let walk: Walk

const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime, { clientIdAliasEnabled: true })
})

test('client credentials give only an access token, without refresh token and subject', async () => {
  const client = await walk.addClient(BASIC)
  const answer = await walk.credentials(client)
  expect(answer.json).toEqual({
    type: 'tokenResponse',
    resultCode: 'A052001',
    resultMessage: '[A052001] The token request (grant_type=client_credentials) was processed successfully.',
    action: 'OK',
    responseContent: expect.any(String) as unknown,
    accessToken: tokensOf(answer).access,
    accessTokenDuration: 86400,
    accessTokenExpiresAt: addSeconds(START, 86400) * 1000,
    refreshTokenDuration: 0,
    refreshTokenExpiresAt: 0,
    grantType: 'CLIENT_CREDENTIALS',
    clientId: client.number,
    clientIdAliasUsed: false,
    clientAuthMethod: 'CLIENT_SECRET_BASIC',
  })
  expect(contentOf(answer)).toEqual({
    access_token: tokensOf(answer).access,
    scope: null,
    token_type: 'Bearer',
    expires_in: 86400,
  })
})

test('an answer on the OAuth face is not cached, and leaves out an empty scope', async () => {
  const client = await walk.addClient(BASIC)
  const { status, headers, json } = await walk.post(
    '/token',
    { grant_type: 'client_credentials' },
    undefined,
    basic(client),
  )
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    pragma: 'no-cache',
  })
  expect(Object.keys(json).sort()).toEqual(['access_token', 'expires_in', 'token_type'])
})

test.each([
  ['__proto__', 'BAD_REQUEST A049304 unsupported_grant_type'],
  ['constructor', 'BAD_REQUEST A049304 unsupported_grant_type'],
])('a request is refused for grant_type=%s', async (grant_type, expected) => {
  const client = await walk.addClient(BASIC)
  expect(outcome(await walk.credentials(client, undefined, { grant_type }))).toBe(expected)
})

test.each([
  ['none asked, defaults', undefined, 'read write'],
  ['empty', '', 'read write'],
  ['in the order asked, each once', 'admin read admin', 'admin read'],
  ['unknown ones dropped', 'read nonsense admin', 'read admin'],
])('client credentials get scopes: %s', async (_name, scope, expected) => {
  await walk.setService({ supportedScopes: SCOPES })
  const client = await walk.addClient(BASIC)
  const answer = await walk.credentials(client, undefined, { scope })
  expect(contentOf(answer)['scope']).toBe(expected)
  expect(answer.json['scopes']).toEqual(expected.split(' '))
  expect(answer.json).not.toHaveProperty('refreshTokenScopes')
})

test('scope is needed where the service requires it, unless there are defaults', async () => {
  await walk.setService({ scopeRequired: true })
  const client = await walk.addClient(BASIC)
  expect(outcome(await walk.credentials(client))).toBe('BAD_REQUEST A052303 invalid_scope')
  await walk.setService({ supportedScopes: SCOPES })
  expect(outcome(await walk.credentials(client))).toBe('OK A052001')
})

test('scope is limited to what the client may request, also for the defaults', async () => {
  await walk.setService({ supportedScopes: SCOPES })
  const extension = { requestableScopesEnabled: true, requestableScopes: ['write', 'admin', 'nonsense'] }
  const client = await walk.addClient(BASIC, { extension })
  const scopeFor = async (scope?: string) =>
    contentOf(await walk.credentials(client, undefined, { scope }))['scope']
  expect([await scopeFor(), await scopeFor('read write admin')]).toEqual(['write', 'write admin'])
  expect(outcome(await walk.credentials(client, undefined, { scope: 'read' }))).toBe(
    'BAD_REQUEST A052303 invalid_scope',
  )
})

test('scope is not limited by requestable scopes that are not enabled', async () => {
  const client = await walk.addClient(BASIC, { extension: { requestableScopes: ['write'] } })
  expect(contentOf(await walk.credentials(client, undefined, { scope: 'read' }))['scope']).toBe('read')
})

const ALIAS = 'my-client'

test.each([
  ['the number', false],
  ['the alias', true],
])('%s names the client, and the tokens show the form used', async (_name, aliasUsed) => {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  const client = await walk.addClient(POST, { clientIdAlias: ALIAS, clientIdAliasEnabled: true })
  const client_id = aliasUsed ? ALIAS : client.id
  const { json } = await walk.credentials(client, undefined, { client_id })
  const jwt = json['jwtAccessToken'] as string
  expect(json).toMatchObject({
    clientId: client.number,
    clientIdAlias: ALIAS,
    clientIdAliasUsed: aliasUsed,
  })
  expect(decodeJwt(jwt)).toMatchObject({ client_id, sub: client_id })
  expect((await walk.standard(jwt))['client_id']).toBe(client_id)
  const introspected = (await walk.introspect(jwt)).json
  expect(introspected).toMatchObject({ clientId: client.number, clientIdAliasUsed: aliasUsed })
  expect(introspected['clientIdAlias']).toBe(aliasUsed ? ALIAS : undefined)
})

test.each([
  ['service', { clientIdAliasEnabled: false }, { clientIdAliasEnabled: true }],
  ['client', { clientIdAliasEnabled: true }, { clientIdAliasEnabled: false }],
])('an alias is refused where the %s has aliases off, not the number', async (_name, service, settings) => {
  await walk.setService(service)
  const client = await walk.addClient(POST, { clientIdAlias: ALIAS, ...settings })
  const byAlias = await walk.credentials(client, undefined, { client_id: ALIAS })
  expect(outcome(byAlias)).toBe('INVALID_CLIENT A048324 invalid_client')
  expect(outcome(await walk.credentials(client))).toBe('OK A052001')
})

test.each([
  ['that the service has', 3600, undefined, 3600],
  ['that the client has, which is shorter', 3600, 600, 600],
  ['that the service has, which is shorter', 600, 3600, 600],
])('the access token gets the duration %s', async (_name, accessTokenDuration, ofClient, expected) => {
  await walk.setService({ accessTokenDuration })
  const extension = ofClient === undefined ? {} : { accessTokenDuration: ofClient }
  const client = await walk.addClient(BASIC, { extension })
  const answer = await walk.credentials(client)
  expect(answer.json).toMatchObject({
    accessTokenDuration: expected,
    accessTokenExpiresAt: addSeconds(START, expected) * 1000,
  })
  expect(contentOf(answer)['expires_in']).toBe(expected)
  expect((await walk.standard(tokensOf(answer).access))['exp']).toBe(addSeconds(START, expected))
})
