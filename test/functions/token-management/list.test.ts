import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, type TestClient, type Walk } from '../../support/walk.ts'

let walk: Walk
let client: TestClient
const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime)
  client = await walk.addClient(BASIC)
})

const list = (query: string) => walk.v3('GET', `/auth/token/get/list?${query}`)
type Listed = Record<string, unknown>
const tokensIn = async (query: string) => (await list(query)).json['accessTokens'] as Listed[]

async function make(of: TestClient, members: Record<string, unknown> = {}): Promise<Listed> {
  const asked = { grantType: 'AUTHORIZATION_CODE', clientId: of.number, subject: 'alice', ...members }
  return (await walk.call('/auth/token/create', asked)).json
}
const idsOf = (tokens: Listed[], name: string) => tokens.map((token) => String(token[name])).sort()

test('the list has all members of each token', async () => {
  const properties = [{ key: 'k', value: 'v', hidden: true }]
  const made = await make(client, { scopes: ['read'], properties })
  runtime.clock.now = addSeconds(START, 5)
  await walk.refresh(client, String(made['refreshToken']))
  expect((await list(`clientIdentifier=${client.id}&subject=alice`)).json).toEqual({
    start: 0,
    end: 5,
    totalCount: 1,
    client: {
      clientId: client.number,
      clientIdAliasEnabled: false,
      clientName: 'Test client',
      clientType: 'CONFIDENTIAL',
    },
    subject: 'alice',
    accessTokens: [
      {
        accessTokenHash: made['tokenId'],
        accessTokenExpiresAt: (START + 5 + 86400) * 1000,
        refreshTokenHash: made['tokenId'],
        refreshTokenExpiresAt: (START + 5 + 864000) * 1000,
        createdAt: START * 1000,
        lastRefreshedAt: (START + 5) * 1000,
        clientId: client.number,
        subject: 'alice',
        grantType: 'AUTHORIZATION_CODE',
        scopes: ['read'],
        refreshTokenScopes: ['read'],
        properties,
      },
    ],
  })
})

test('the list leaves out the members that a token of client credentials does not have', async () => {
  const made = await make(client, { grantType: 'CLIENT_CREDENTIALS' })
  expect(await tokensIn(`clientIdentifier=${client.id}`)).toEqual([
    {
      accessTokenHash: made['tokenId'],
      accessTokenExpiresAt: (START + 86400) * 1000,
      refreshTokenExpiresAt: 0,
      createdAt: START * 1000,
      lastRefreshedAt: 0,
      clientId: client.number,
      grantType: 'CLIENT_CREDENTIALS',
    },
  ])
})

test('the list is by client, by subject, by both, or of the whole service', async () => {
  const other = await walk.addClient(BASIC)
  const [a, b, c] = [await make(client), await make(client, { subject: 'bob' }), await make(other)]
  const expectListed = async (query: string, ...made: Listed[]) =>
    expect(idsOf(await tokensIn(query), 'accessTokenHash')).toEqual(idsOf(made, 'tokenId'))
  await expectListed(`clientIdentifier=${client.id}`, a, b)
  await expectListed('subject=alice', a, c)
  await expectListed(`clientIdentifier=${other.id}&subject=alice`, c)
  await expectListed(`clientIdentifier=${other.id}&subject=bob`)
  await expectListed('', a, b, c)
  await expectListed('clientIdentifier=&subject=', a, b, c)
})

test('the list pages by start and end, without holes where tokens have ended', async () => {
  const made: Listed[] = []
  for (let i = 0; i < 12; i++)
    made.push(await make(client, { subject: `user-${String(i).padStart(2, '0')}` }))
  for (const { accessToken } of made.slice(1, 6)) {
    await walk.call('/auth/token/update', {
      accessToken,
      accessTokenExpiresAt: 1000,
      refreshTokenExpiresAt: 1000,
    })
  }
  const subjects = async (start: number, end: number) =>
    (await tokensIn(`clientIdentifier=${client.id}&start=${start}&end=${end}`)).map(({ subject }) => subject)
  expect(await subjects(0, 3)).toEqual(['user-00', 'user-06', 'user-07'])
  expect(await subjects(3, 6)).toEqual(['user-08', 'user-09', 'user-10'])
  expect(await subjects(6, 9)).toEqual(['user-11'])
  expect(await subjects(7, 9)).toEqual([])
  expect(await subjects(3, 1)).toEqual([])
  expect((await list(`clientIdentifier=${client.id}&start=0&end=100`)).json).toMatchObject({ totalCount: 7 })
})

test('the list has a grant as long as any of its tokens is active', async () => {
  await make(client, { accessTokenDuration: 5, refreshTokenDuration: 10 })
  runtime.clock.now = addSeconds(START, 9)
  expect(await tokensIn('')).toHaveLength(1)
  runtime.clock.now = addSeconds(START, 10)
  expect(await tokensIn('')).toEqual([])
})

test('the list has locked tokens, and none that were revoked or cut off', async () => {
  const made = await make(client)
  await walk.setLocked(client, true)
  expect(await tokensIn('')).toHaveLength(1)
  await walk.call('/auth/token/revoke', { accessTokenIdentifier: made['tokenId'] })
  expect(await tokensIn('')).toEqual([])
  await make(await walk.addClient(BASIC))
  const other = await walk.addClient(BASIC)
  await make(other)
  await walk.call('/auth/token/revoke', { clientIdentifier: other.id })
  expect(await tokensIn('')).toHaveLength(1)
})

test('the list has no tokens of another service', async () => {
  await make(client)
  walk = await openWalk(runtime)
  expect((await list('')).json).toEqual({ start: 0, end: 5, totalCount: 0, accessTokens: [] })
})

test('the list answers 404 for a client that is not there', async () => {
  expect(outcome(await list('clientIdentifier=nobody'))).toBe('404 A001218')
})

test('the list answers POST with 405', async () => {
  expect((await walk.call('/auth/token/get/list', {})).status).toBe(405)
})
