import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, type TestClient, type Walk } from '../../support/walk.ts'

let walk: Walk
let client: TestClient
const runtime = await testRuntime()

const isLive = async (token: string) => (await walk.standard(token))['active']

const login = async (of: TestClient, subject = 'alice') =>
  tokensOf(await walk.redeem(of, await walk.code(of, {}, { subject })))

const SINGLE = { singleAccessTokenPerSubject: true }

describe.each([
  ['the service', SINGLE, {}],
  ['the client', {}, SINGLE],
])('one token for each subject, by a setting of %s', (_, ofService, ofClient) => {
  beforeEach(async () => {
    runtime.clock.now = START
    walk = await openWalk(runtime, ofService)
    client = await walk.addClient(BASIC, ofClient)
  })

  test('a login ends what the login before gave, also within the same second', async () => {
    const first = await login(client)
    const second = await login(client)
    expect([await isLive(first.access), await isLive(first.refresh), await isLive(second.access)]).toEqual([
      false,
      false,
      true,
    ])
    runtime.clock.now = addSeconds(START, 60)
    const third = await login(client)
    expect([await isLive(second.refresh), await isLive(third.refresh)]).toEqual([false, true])
  })

  test('a token that the service asks for ends the login before it', async () => {
    const { access } = await login(client)
    const members = { grantType: 'AUTHORIZATION_CODE', clientId: client.number, subject: 'alice' }
    const { json } = await walk.call('/auth/token/create', members)
    expect([await isLive(access), await isLive(String(json['accessToken']))]).toEqual([false, true])
  })

  test('a login spares other subjects, other clients and tokens of the client itself', async () => {
    const other = await walk.addClient(BASIC)
    const [own, second] = [await walk.credentials(client), await walk.credentials(client)].map(tokensOf)
    const spared = [await login(client, 'bob'), await login(other)]
    await login(client)
    for (const { access } of spared) expect(await isLive(access)).toBe(true)
    for (const tokens of [own, second]) expect(await isLive(tokens?.access ?? '')).toBe(true)
  })

  test('a login does not end a later login that is already there', async () => {
    runtime.clock.now = addSeconds(START, 1)
    const { access } = await login(client)
    runtime.clock.now = START
    const late = await login(client)
    expect([await isLive(access), await isLive(late.access)]).toEqual([true, true])
  })

  test('neither a refresh nor a refused code ends a login', async () => {
    const { access, refresh } = await login(client)
    const code = await walk.code(client, {}, { subject: 'alice' })
    const answer = await walk.redeem(client, code, undefined, { redirect_uri: 'https://other.example.org/' })
    expect(outcome(answer)).toBe('BAD_REQUEST A050309 invalid_grant')
    expect(await isLive(access)).toBe(true)
    expect(await isLive(tokensOf(await walk.refresh(client, refresh)).access)).toBe(true)
  })
})

test('without the setting all logins live', async () => {
  runtime.clock.now = START
  walk = await openWalk(runtime)
  client = await walk.addClient(BASIC)
  const [first, second] = [await login(client), await login(client)]
  expect([await isLive(first.access), await isLive(second.access)]).toEqual([true, true])
})
