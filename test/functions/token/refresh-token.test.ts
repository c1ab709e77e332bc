import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, openWalk, PUBLIC, type TestClient } from '../../support/walk.ts'

const walk = await testWalk({ refreshTokenDuration: 864000, accessTokenDuration: 86400 })
const { runtime } = walk

test('the answer to a refresh has the scopes of both tokens and their expiry', async () => {
  const client = await walk.addClient(BASIC)
  const { refresh } = await walk.granted(client, undefined, { scope: 'read write' })
  runtime.clock.now = addSeconds(START, 100)
  const answer = await walk.refresh(client, refresh, undefined, { scope: 'read' })
  expect(answer.json).toMatchObject({
    resultCode: 'A053001',
    resultMessage: '[A053001] The token request (grant_type=refresh_token) was processed successfully.',
    action: 'OK',
    grantType: 'REFRESH_TOKEN',
    subject: 'testuser01',
    scopes: ['read'],
    refreshTokenScopes: ['read', 'write'],
    accessTokenExpiresAt: addSeconds(START, 100 + 86400) * 1000,
    refreshTokenExpiresAt: addSeconds(START, 100 + 864000) * 1000,
    refreshTokenDuration: 864000,
  })
  expect(contentOf(answer)).toMatchObject({ scope: 'read', expires_in: 86400 })
})

test('a refresh brings a new access token in place of the old one', async () => {
  const client = await walk.addClient(PUBLIC)
  const { access, refresh } = await walk.granted(client)
  const { access: fresh } = tokensOf(await walk.refresh(client, refresh))
  expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057302 invalid_token')
  expect(outcome(await walk.introspect(fresh))).toBe('OK A056001')
  expect((await walk.introspect(fresh)).json['grantType']).toBe('AUTHORIZATION_CODE')
})

test("a refresh that narrows scopes leaves the refresh token's scopes as they were", async () => {
  const client = await walk.addClient(PUBLIC)
  const { refresh } = await walk.granted(client, undefined, { scope: 'read write admin' })
  const narrowed = await walk.refresh(client, refresh, undefined, { scope: 'write' })
  expect((await walk.standard(tokensOf(narrowed).access))['scope']).toBe('write')
  const full = await walk.refresh(client, tokensOf(narrowed).refresh)
  expect((await walk.standard(tokensOf(full).access))['scope']).toBe('read write admin')
  const other = await walk.refresh(client, tokensOf(full).refresh, undefined, { scope: 'admin read' })
  expect((await walk.standard(tokensOf(other).access))['scope']).toBe('admin read')
})

test.each([
  ['wider than the grant', 'read write', 'BAD_REQUEST A053309 invalid_scope'],
  ['that nobody knows', 'read nonsense', 'BAD_REQUEST A053309 invalid_scope'],
  ['outside the grammar', 'read  read', 'BAD_REQUEST A052391 invalid_scope'],
])('a scope %s is refused and consumes nothing', async (_name, scope, expected) => {
  const client = await walk.addClient(PUBLIC)
  const { access, refresh } = await walk.granted(client, undefined, { scope: 'read' })
  expect(outcome(await walk.refresh(client, refresh, undefined, { scope }))).toBe(expected)
  expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  expect(outcome(await walk.refresh(client, refresh))).toBe('OK A053001')
})

test('a scope is refused where the grant has none', async () => {
  const client = await walk.addClient(PUBLIC)
  const { refresh } = await walk.granted(client)
  const answer = await walk.refresh(client, refresh, undefined, { scope: 'read' })
  expect(outcome(answer)).toBe('BAD_REQUEST A053309 invalid_scope')
})

test('an empty scope counts as left out', async () => {
  const client = await walk.addClient(PUBLIC)
  const { refresh } = await walk.granted(client, undefined, { scope: 'read' })
  const answer = await walk.refresh(client, refresh, undefined, { scope: '' })
  expect(contentOf(answer)['scope']).toBe('read')
})

test('a rotated refresh token gets a full life', async () => {
  const client = await walk.addClient(PUBLIC)
  const { refresh } = await walk.granted(client)
  runtime.clock.now = addSeconds(START, 863999)
  const next = tokensOf(await walk.refresh(client, refresh)).refresh
  runtime.clock.now = addSeconds(START, 2 * 863999)
  expect(outcome(await walk.refresh(client, next))).toBe('OK A053001')
})

test.each([
  ['the service', {}, 864000],
  ['the client, which is sooner', { refreshTokenDuration: 1000 }, 1000],
  ['the service, although the client names a later one', { refreshTokenDuration: 10_000_000 }, 864000],
])('the end of a refresh token comes from %s', async (_name, extension, expected) => {
  const client = await walk.addClient(PUBLIC, { extension })
  const answer = await walk.redeem(client, await walk.code(client))
  expect(answer.json['refreshTokenDuration']).toBe(expected)
})

test('a cut-off of all tokens of the client ends its refresh tokens at once', async () => {
  const client = await walk.addClient(PUBLIC)
  const { access, refresh } = await walk.granted(client)
  await runtime.store.clients.cutOff(walk.number, client.number, () => START)
  expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A053391 invalid_grant')
  expect(await walk.standard(access)).toEqual({ active: false })
})

test('a refresh token of another client is refused and stays usable for its own', async () => {
  const owner = await walk.addClient(BASIC)
  const { access, refresh } = await walk.granted(owner)
  const thief = await walk.addClient(BASIC)
  expect(outcome(await walk.refresh(thief, refresh))).toBe('BAD_REQUEST A053307 invalid_grant')
  expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  expect(outcome(await walk.refresh(owner, refresh))).toBe('OK A053001')
})

test('a refresh needs its client authenticated', async () => {
  const client = await walk.addClient(BASIC)
  const { refresh } = await walk.granted(client)
  const unproved = await walk.refresh({ ...client, secret: 'wrong' }, refresh)
  expect(outcome(unproved)).toBe('INVALID_CLIENT A157305 invalid_client')
  expect(outcome(await walk.refresh(client, refresh))).toBe('OK A053001')
})

test.each([
  ['an access token', async (client: TestClient) => (await walk.granted(client)).access],
  ['a code', (client: TestClient) => walk.code(client)],
  ['something else', () => Promise.resolve('tGzv3JOkF0XG5Qx2TlKWIA')],
  ['one of an unknown grant', () => Promise.resolve('A'.repeat(88))],
])('%s does not work as a refresh token', async (_name, make) => {
  const client = await walk.addClient(PUBLIC)
  expect(outcome(await walk.refresh(client, await make(client)))).toBe('BAD_REQUEST A053305 invalid_grant')
})

test('a client that does not use refresh tokens gets none, and refreshes none', async () => {
  const client = await walk.addClient({ ...PUBLIC, grantTypes: ['AUTHORIZATION_CODE'] })
  const answer = await walk.redeem(client, await walk.code(client))
  expect(answer.json).toMatchObject({ refreshTokenDuration: 0, refreshTokenExpiresAt: 0 })
  expect(answer.json).not.toHaveProperty('refreshToken')
  expect(contentOf(answer)).not.toHaveProperty('refresh_token')
  expect(outcome(await walk.refresh(client, 'A'.repeat(88)))).toBe('BAD_REQUEST A047302 unauthorized_client')
})

test('a client that no longer uses refresh tokens cannot use one that it still has', async () => {
  const client = await walk.addClient(PUBLIC)
  const { access, refresh } = await walk.granted(client)
  await walk.setClient(client, { grantTypes: ['AUTHORIZATION_CODE'] })
  expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A047302 unauthorized_client')
  expect(outcome(await walk.introspect(access))).toBe('OK A056001')
})

test('a service that does not use refresh tokens issues none, and refreshes none', async () => {
  const without = await openWalk(runtime, { supportedGrantTypes: ['AUTHORIZATION_CODE'] })
  const client = await without.addClient(PUBLIC)
  const answer = await without.redeem(client, await without.code(client))
  expect(contentOf(answer)).not.toHaveProperty('refresh_token')
  const refused = await without.refresh(client, 'A'.repeat(88))
  expect(outcome(refused)).toBe('BAD_REQUEST A049305 unsupported_grant_type')
})
