import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, type TestClient, type Walk, TOKEN_FORMS } from '../../support/walk.ts'

let walk: Walk
let client: TestClient
const runtime = await testRuntime()

const revoke = (members: Record<string, unknown>) => walk.call('/auth/token/revoke', members)
const countOf = async (members: Record<string, unknown>) => (await revoke(members)).json['count']
const isLive = async (token: string) => (await walk.standard(token))['active']

async function make(of: TestClient, subject?: string) {
  const grantType = subject === undefined ? 'CLIENT_CREDENTIALS' : 'AUTHORIZATION_CODE'
  const { json } = await walk.call('/auth/token/create', { grantType, clientId: of.number, subject })
  const access = String(json['jwtAccessToken'] ?? json['accessToken'])
  return {
    access,
    refresh: String(json['refreshToken']),
    tokenId: String(json['tokenId']),
    identifier: String(json['accessToken']),
  }
}

describe.each(TOKEN_FORMS)('%s access tokens', (_, settings) => {
  beforeEach(async () => {
    walk = await openWalk(runtime, settings)
    client = await walk.addClient(BASIC, { clientIdAlias: `app-${Math.random()}` })
  })

  const remove = (accessTokenIdentifier: string) =>
    walk.send({
      route: '/api/{serviceId}/auth/token/delete/{accessTokenIdentifier}',
      method: 'DELETE',
      pathParameters: { serviceId: walk.serviceId, accessTokenIdentifier },
      headers: { authorization: `Bearer ${walk.secrets.manage}` },
    })

  test.each(['access', 'tokenId', 'identifier'] as const)('delete by %s is 204, also twice', async (by) => {
    const tokens = await make(client, 'alice')
    for (let i = 0; i < 2; i++) {
      const { status, text } = await remove(tokens[by])
      expect([status, text]).toEqual([204, ''])
    }
    expect([await isLive(tokens.access), await isLive(tokens.refresh)]).toEqual([false, false])
  })

  test('delete by a text that only looks like a token is 204 and ends nothing', async () => {
    const { access, refresh } = await make(client, 'alice')
    for (const text of [`${access.slice(0, -4)}AAAA`, refresh, 'x', ''])
      expect((await remove(text)).status).toBe(204)
    expect(await isLive(access)).toBe(true)
    const other = await openWalk(runtime, settings)
    walk = other
    expect((await remove(access)).status).toBe(204)
    expect(outcome(await other.introspect(access))).toMatch(/^UNAUTHORIZED/)
  })

  test('revoke by an access token ends its refresh token too, and answers with the count', async () => {
    const { access, refresh } = await make(client, 'alice')
    const answer = await revoke({ accessTokenIdentifier: access })
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        resultCode: 'A135001',
        resultMessage: '[A135001] The tokens were revoked successfully.',
        count: 1,
      },
    ])
    expect([await isLive(access), await isLive(refresh)]).toEqual([false, false])
    expect(await countOf({ accessTokenIdentifier: access })).toBe(0)
  })

  test('revoke by a refresh token, also one that was replaced, ends the access token too', async () => {
    const { refresh } = await make(client, 'alice')
    const refreshed = await walk.refresh(client, refresh)
    const current = String(refreshed.json['jwtAccessToken'] ?? refreshed.json['accessToken'])
    expect(await countOf({ refreshTokenIdentifier: refresh })).toBe(1)
    expect(await isLive(current)).toBe(false)

    const other = await make(client, 'alice')
    expect(await countOf({ refreshTokenIdentifier: other.tokenId })).toBe(1)
    expect(await isLive(other.access)).toBe(false)
    const own = await make(client)
    expect(await countOf({ refreshTokenIdentifier: own.tokenId })).toBe(0)
    expect(await isLive(own.access)).toBe(true)
  })

  test('revoke by client and subject spares other subjects, other clients and the client itself', async () => {
    const other = await walk.addClient(BASIC)
    const [first, second] = [await make(client, 'alice'), await make(client, 'alice')]
    const spared = [await make(client, 'bob'), await make(other, 'alice'), await make(client)]
    expect(await countOf({ clientIdentifier: client.id, subject: 'alice' })).toBe(2)
    expect([await isLive(first.access), await isLive(second.refresh)]).toEqual([false, false])
    for (const { access } of spared) expect(await isLive(access)).toBe(true)
  })

  test('revoke by subject ends its tokens at all clients of this service', async () => {
    const other = await walk.addClient(BASIC)
    const [first, second] = [await make(client, 'alice'), await make(other, 'alice')]
    const { access } = await make(client, 'bob')
    expect(await countOf({ subject: 'alice' })).toBe(2)
    expect([await isLive(first.access), await isLive(second.access)]).toEqual([false, false])
    expect(await isLive(access)).toBe(true)
    expect(await countOf({ subject: 'alice' })).toBe(0)
  })

  test('revoke by client ends all it has, codes included, and none that it gets later', async () => {
    const other = await walk.addClient(BASIC)
    const tokens = [await make(client, 'alice'), await make(client, 'bob'), await make(client)]
    const { access: spared } = await make(other, 'alice')
    const code = await walk.code(client)
    expect(await countOf({ clientIdentifier: client.settings.clientIdAlias })).toBe(3)
    for (const { access } of tokens) expect(await isLive(access)).toBe(false)
    expect(outcome(await walk.redeem(client, code))).toBe('BAD_REQUEST A050391 invalid_grant')
    expect(await isLive(spared)).toBe(true)

    runtime.clock.now = addSeconds(START, 1)
    const { access } = await make(client, 'alice')
    expect(await isLive(access)).toBe(true)
    expect(await countOf({ clientIdentifier: client.id })).toBe(1)
    expect(await isLive(access)).toBe(false)
  })

  test('revoke does not count what has expired', async () => {
    await make(client, 'alice')
    runtime.clock.now = addSeconds(START, 864000)
    expect(await countOf({ clientIdentifier: client.id, subject: 'alice' })).toBe(0)
    expect(await countOf({ clientIdentifier: client.id })).toBe(0)
  })

  test('revoke follows the first member that names something', async () => {
    const [first, second] = [await make(client, 'alice'), await make(client, 'alice')]
    const members = { accessTokenIdentifier: first.access, clientIdentifier: client.id, subject: 'alice' }
    expect(await countOf(members)).toBe(1)
    expect(await isLive(second.access)).toBe(true)
    expect(await countOf({ refreshTokenIdentifier: 'unknown', clientIdentifier: client.id })).toBe(0)
    expect(await isLive(second.access)).toBe(true)
  })

  test('revoke spares a token of another service', async () => {
    const { access, tokenId } = await make(client, 'alice')
    const own = walk
    walk = await openWalk(runtime, settings)
    expect(await countOf({ accessTokenIdentifier: access })).toBe(0)
    expect(await countOf({ accessTokenIdentifier: tokenId })).toBe(0)
    expect(await countOf({ subject: 'alice' })).toBe(0)
    walk = own
    expect(await isLive(access)).toBe(true)
  })

  test.each<[string, Record<string, unknown>]>([
    ['400 A135291', {}],
    ['400 A135291', { accessTokenIdentifier: '', subject: null }],
    ['404 A001218', { clientIdentifier: 'nobody' }],
    ['404 A001218', { clientIdentifier: '4711', subject: 'alice' }],
    ['400 A001294', { subject: 5.5 }],
  ])('revoke answers %s for %j', async (expected, members) => {
    expect(outcome(await revoke(members))).toBe(expected)
  })

  test('credentials of a smaller role may neither revoke nor delete', async () => {
    const secret = walk.secrets.runtime
    expect(outcome(await walk.call('/auth/token/revoke', { subject: 'alice' }, { secret }))).toBe(
      '403 A001291',
    )
    expect((await remove('x')).status).toBe(204)
    expect((await walk.call('/auth/token/delete/{accessTokenIdentifier}', {})).status).toBe(405)
  })

  test('the log of revoke and delete has no token', async () => {
    const { access, refresh } = await make(client, 'alice')
    runtime.lines.length = 0
    await revoke({ refreshTokenIdentifier: refresh })
    await remove(access)
    expect(runtime.logged()).toMatchObject([
      { endpoint: '/auth/token/revoke', outcome: 200, client: client.number },
      { endpoint: '/auth/token/delete', outcome: 204 },
    ])
    expect(runtime.lines.join()).not.toMatch(/[\w-]{45}/)
  })
})
