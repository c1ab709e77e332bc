import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { contentOf, outcome, tokensOf } from '../support/answers.ts'
import { testRuntime } from '../support/test-runtime.ts'
import { ACCESS_TOKENS, type AccessTokens } from '../support/vector-service.ts'
import { BASIC, basic, BOUND, form, openWalk, OWN, type TestClient, type Walk } from '../support/walk.ts'

const ISSUER = 'https://as.example.com'
const [A, B, C] = ['https://a.example.com/', 'https://b.example.com/api?v=1', 'urn:example:c'] as const

let walk: Walk
let client: TestClient

const runtime = await testRuntime()
const open = async (accessTokens: AccessTokens = 'jwt') => {
  walk = await openWalk(runtime, accessTokens === 'jwt' ? { accessTokenSignAlg: 'ES256' } : {})
  client = await walk.addClient(BASIC, BOUND)
}
beforeEach(() => open())

const credentials = (resource?: string | string[]) => walk.credentials(client, OWN, { resource })
const redeemed = async (authorized: string[], resource?: string | string[]) =>
  walk.redeem(client, await walk.code(client, { resource: authorized }), OWN, { resource })
const audOf = (token: string) => decodeJwt(token).aud
const standard = async (token: string, members: object = {}) =>
  contentOf(await walk.call('/auth/introspection/standard', { parameters: form({ token }), ...members }))
const resourceServer = (...resourceServerAudiences: string[]) =>
  walk.addClient(BASIC, { grantTypes: [], resourceServerAudiences })
const asked = async (caller: TestClient, token: string) =>
  (await walk.post('/introspection/standard', { token }, undefined, basic(caller))).json

test.each([
  [undefined, ISSUER],
  ['', ISSUER],
  [A, A],
  [
    [A, B],
    [A, B],
  ],
  [[A, A], A],
])('the audience of a token that is asked for with %j is %j', async (resource, aud) => {
  expect(audOf(tokensOf(await credentials(resource)).access)).toEqual(aud)
})

test('the audience is the default resource of the service only where none was asked for', async () => {
  await walk.setService({ defaultResource: C })
  expect(audOf(tokensOf(await credentials()).access)).toBe(C)
  expect(audOf(tokensOf(await credentials(A)).access)).toBe(A)
})

test('the audience of a token is the same on the OAuth face', async () => {
  const asking = { grant_type: 'client_credentials', resource: [A, B] }
  const { json } = await walk.post('/token', asking, OWN, basic(client))
  expect(audOf(String(json['access_token']))).toEqual([A, B])
})

test.each(['rs', 'https://a.example.com/#x', '*', `urn:${'a'.repeat(1024)}`])(
  'the audience of a token cannot be %j',
  async (resource) => {
    expect(outcome(await credentials(resource))).toBe('BAD_REQUEST A049391 invalid_target')
    expect(outcome(await credentials([A, resource]))).toBe('BAD_REQUEST A049391 invalid_target')
    const asking = { grant_type: 'client_credentials', resource }
    const { status, json } = await walk.post('/token', asking, OWN, basic(client))
    expect([status, json['error']]).toEqual([400, 'invalid_target'])
    expect(json['error_description']).toContain('resource')
  },
)

test('the authorization server learns the resources of a request, and the code gives a token for all', async () => {
  expect((await walk.authorize(client, { resource: [A, B] })).json['resources']).toEqual([A, B])
  expect((await walk.authorize(client)).json).not.toHaveProperty('resources')
  const answer = await redeemed([A, B])
  expect(answer.json).toMatchObject({ resources: [A, B], accessTokenResources: [A, B] })
  expect(audOf(tokensOf(answer).access)).toEqual([A, B])
})

test('an authorization request with a malformed resource is refused by redirect', async () => {
  const answer = await walk.authorize(client, { resource: [A, 'b'], state: 's' })
  expect(outcome(answer)).toBe('LOCATION A004397 invalid_target')
})

test('a code gives a token for some of its resources, and the grant keeps all', async () => {
  const answer = await redeemed([A, B], B)
  expect(answer.json).toMatchObject({ resources: [A, B], accessTokenResources: [B] })
  expect(audOf(tokensOf(answer).access)).toBe(B)
  const refreshed = await walk.refresh(client, tokensOf(answer).refresh, OWN)
  expect(audOf(tokensOf(refreshed).access)).toEqual([A, B])
})

test.each([
  [[A, B], C],
  [[A], [A, B]],
  [[], A],
  [[], ISSUER],
])('a code for %j gives no token for %j, and is not consumed', async (authorized, resource) => {
  const code = await walk.code(client, { resource: authorized })
  const answer = await walk.redeem(client, code, OWN, { resource })
  expect(outcome(answer)).toBe('BAD_REQUEST A050393 invalid_target')
  expect(outcome(await walk.redeem(client, code, OWN, { resource: 'x' }))).toBe(
    'BAD_REQUEST A049391 invalid_target',
  )
  expect(outcome(await walk.redeem(client, code, OWN))).toBe('OK A050001')
})

test('a refresh for some resources of the grant leaves the resources of the next refresh unchanged', async () => {
  const { refresh } = tokensOf(await redeemed([A, B]))
  const first = await walk.refresh(client, refresh, OWN, { resource: A })
  expect(first.json).toMatchObject({ resources: [A, B], accessTokenResources: [A] })
  expect(audOf(tokensOf(first).access)).toBe(A)
  const second = await walk.refresh(client, tokensOf(first).refresh, OWN, { resource: B })
  expect(audOf(tokensOf(second).access)).toBe(B)
})

test.each([[C], [[A, C]], ['c']])(
  'a refresh for %j is refused, and the refresh token stays usable',
  async (resource) => {
    const { refresh } = tokensOf(await redeemed([A, B]))
    const code = resource === 'c' ? 'A049391' : 'A053395'
    const answer = await walk.refresh(client, refresh, OWN, { resource })
    expect(outcome(answer)).toBe(`BAD_REQUEST ${code} invalid_target`)
    expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
  },
)

describe.each(ACCESS_TOKENS)('introspection of a token (%s)', (accessTokens) => {
  beforeEach(() => open(accessTokens))

  test('introspection has the resources of grant and token, and accepts only the resources of the token', async () => {
    const { access } = tokensOf(await redeemed([A, B], A))
    const { json } = await walk.introspect(access, OWN)
    expect(json).toMatchObject({ resources: [A, B], accessTokenResources: [A] })
    const covers = async (...resources: string[]) =>
      outcome(await walk.introspect(access, OWN, { resources }))
    expect(await covers(A)).toBe('OK A056001')
    for (const other of [[B], [A, B], [ISSUER], ['x']]) {
      expect(await covers(...other)).toBe('UNAUTHORIZED A065395 invalid_token')
    }
    expect(outcome(await walk.introspect(access, undefined, { resources: [B] }))).toContain('A065304')
  })

  test('a token without resources is meant only for the default', async () => {
    const { access } = tokensOf(await credentials())
    expect((await walk.introspect(access, OWN)).json).not.toHaveProperty('resources')
    expect(outcome(await walk.introspect(access, OWN, { resources: [ISSUER] }))).toBe('OK A056001')
    expect(outcome(await walk.introspect(access, OWN, { resources: [A] }))).toContain('A065395')
  })

  test('a token is inactive for a resource server that it was not asked for', async () => {
    const { access, refresh } = tokensOf(await redeemed([A, B], A))
    expect(await standard(access)).toMatchObject({ active: true, aud: [A] })
    expect(await standard(access, { rsUri: A })).toMatchObject({ active: true, aud: [A] })
    expect(await standard(access, { rsUri: B })).toEqual({ active: false })
    expect(await standard(refresh, { rsUri: B })).toMatchObject({ active: true, aud: [A, B] })
    expect(await standard(refresh, { rsUri: C })).toEqual({ active: false })
    const { access: general } = tokensOf(await credentials())
    expect(await standard(general, { rsUri: C })).toMatchObject({ active: true })
    expect(await standard(general)).not.toHaveProperty('aud')
  })

  test('on the OAuth face, introspection answers only the resource servers of the token', async () => {
    const { access } = tokensOf(await redeemed([A, B, C], [A, B]))
    for (const audience of [A, B, '*'])
      expect(await asked(await resourceServer(audience), access)).toMatchObject({ active: true, aud: [A, B] })
    for (const audience of [C, ISSUER])
      expect(await asked(await resourceServer(audience), access)).toEqual({ active: false })
    expect((await asked(client, tokensOf(await credentials(B)).access))['aud']).toBe(B)
  })
})

const create = (members: object) =>
  walk.call('/auth/token/create', {
    grantType: 'AUTHORIZATION_CODE',
    clientId: client.number,
    subject: 'user',
    ...members,
  })

test('token management creates tokens for resources, and a new value of a token is for the same', async () => {
  const { json } = await create({ resources: [A, B] })
  expect(audOf(String(json['jwtAccessToken']))).toEqual([A, B])
  const accessToken = json['jwtAccessToken']
  const updated = await walk.call('/auth/token/update', { accessToken, accessTokenValueUpdated: true })
  expect(audOf(String(updated.json['jwtAccessToken']))).toEqual([A, B])
  const refreshed = await walk.refresh(client, String(json['refreshToken']), OWN, { resource: A })
  expect(outcome(refreshed)).toContain('A053393')
})

test('token management refuses a malformed resource', async () => {
  expect(outcome(await create({ resources: [A, 'b'] }))).toBe('BAD_REQUEST A106291')
})
