import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, PUBLIC, type TestClient } from '../../support/walk.ts'

const DURATIONS = { accessTokenDuration: 300, refreshTokenDuration: 1000 }

const walk = await testWalk(DURATIONS)
const { runtime } = walk
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(PUBLIC)
})

const wait = (seconds: number) => {
  runtime.clock.now = addSeconds(runtime.clock.now, seconds)
}
const remaining = ({ json }: Received) => [json['accessTokenDuration'], json['refreshTokenDuration']]
const refresh = (token: string, members: object = {}) =>
  walk.token(client, { grant_type: 'refresh_token', refresh_token: token }, { ...members })

describe('refreshTokenDurationKept', () => {
  beforeEach(() => walk.setService({ refreshTokenDurationKept: true }))

  test('with refreshTokenDurationKept a rotated token ends when the first one would have ended', async () => {
    const first = await walk.granted(client)
    wait(600)
    const answer = await refresh(first.refresh)
    expect(remaining(answer)).toEqual([300, 400])
    const { refresh: second } = tokensOf(answer)
    expect(second).not.toBe(first.refresh)
    wait(399)
    const third = await refresh(second)
    expect(remaining(third)).toEqual([300, 1])
    wait(1)
    expect(outcome(await refresh(tokensOf(third).refresh))).toBe('BAD_REQUEST A053308 invalid_grant')
  })

  test('refreshTokenDurationKept gives way to a duration of the call', async () => {
    const { refresh: token } = await walk.granted(client)
    wait(600)
    expect(remaining(await refresh(token, { refreshTokenDuration: 5000 }))).toEqual([300, 5000])
  })

  test('without refreshTokenDurationKept a rotated token is valid as long as a first one', async () => {
    await walk.setService({ refreshTokenDurationKept: false })
    const { refresh: token } = await walk.granted(client)
    wait(600)
    expect(remaining(await refresh(token))).toEqual([300, 1000])
  })
})

test('with refreshTokenDurationReset each use of a kept token restarts its life', async () => {
  await walk.setService({ refreshTokenKept: true, refreshTokenDurationReset: true })
  const { refresh: token } = await walk.granted(client)
  for (let use = 0; use < 3; use += 1) {
    wait(999)
    const answer = await refresh(token)
    expect(tokensOf(answer).refresh).toBe(token)
    expect(remaining(answer)).toEqual([300, 1000])
  }
  expect(remaining(await refresh(token, { refreshTokenDuration: 50 }))).toEqual([300, 50])
  wait(50)
  expect(outcome(await refresh(token))).toBe('BAD_REQUEST A053308 invalid_grant')
})

test('a kept token whose life was restarted is still cut off by its first issue', async () => {
  await walk.setService({ refreshTokenKept: true, refreshTokenDurationReset: true })
  const { refresh: token } = await walk.granted(client)
  wait(10)
  await refresh(token)
  await runtime.store.clients.cutOff(walk.number, client.number, () => addSeconds(START, 5))
  expect(outcome(await refresh(token))).toBe('BAD_REQUEST A053391 invalid_grant')
})

test('without refreshTokenDurationReset a duration of the call does not lengthen a kept token', async () => {
  await walk.setService({ refreshTokenKept: true })
  const { refresh: token } = await walk.granted(client)
  wait(600)
  expect(remaining(await refresh(token, { refreshTokenDuration: 5000 }))).toEqual([300, 400])
})

describe('tokenExpirationLinked', () => {
  beforeEach(() =>
    walk.setService({ tokenExpirationLinked: true, refreshTokenKept: true, accessTokenSignAlg: 'ES256' }),
  )

  test('with tokenExpirationLinked no access token outlives its refresh token, also with a longer duration in the call', async () => {
    const { refresh: token } = await walk.granted(client)
    wait(900)
    const answer = await refresh(token)
    expect(remaining(answer)).toEqual([100, 100])
    expect(decodeJwt(tokensOf(answer).access).exp).toBe(START + 1000)
    expect(remaining(await refresh(token, { accessTokenDuration: 5000 }))).toEqual([100, 100])
    wait(100)
    expect((await walk.introspect(tokensOf(answer).access)).json['action']).toBe('UNAUTHORIZED')
  })

  test('tokenExpirationLinked does not touch what ends earlier, or tokens without a refresh token', async () => {
    const answer = await walk.redeem(client, await walk.code(client))
    expect(remaining(answer)).toEqual([300, 1000])
    const confidential = await walk.addClient(BASIC)
    expect(remaining(await walk.credentials(confidential))).toEqual([300, 0])
  })

  test('without tokenExpirationLinked an access token may outlive its refresh token', async () => {
    await walk.setService({ tokenExpirationLinked: false })
    const { refresh: token } = await walk.granted(client)
    wait(900)
    expect(remaining(await refresh(token))).toEqual([300, 100])
  })
})

test('accessTokenType is the token_type of answers and of introspection', async () => {
  await walk.setService({ accessTokenType: 'N_A' })
  const answer = await walk.redeem(client, await walk.code(client))
  expect(contentOf(answer)['token_type']).toBe('N_A')
  expect((await walk.standard(tokensOf(answer).access))['token_type']).toBe('N_A')
})

test('attributes of the service and of the client come with every token, where there are any', async () => {
  const plain = await walk.redeem(client, await walk.code(client))
  expect(plain.json).not.toHaveProperty('serviceAttributes')
  expect(plain.json).not.toHaveProperty('clientAttributes')
  const [tenant, plan] = [
    { key: 'tenant', value: '7' },
    { key: 'plan', value: '' },
  ]
  await walk.setService({ attributes: [tenant] })
  const marked = await walk.addClient(BASIC, { attributes: [plan] })
  const answer = await walk.credentials(marked)
  expect(answer.json).toMatchObject({ serviceAttributes: [tenant], clientAttributes: [plan] })
  expect(contentOf(answer)).not.toHaveProperty('tenant')
})

test('previousRefreshTokenUsed is true when the replaced token is answered again', async () => {
  const told = ({ json }: Received) => json['previousRefreshTokenUsed']
  const { refresh: unasked } = await walk.granted(client)
  expect((await refresh(unasked)).json).not.toHaveProperty('previousRefreshTokenUsed')
  await walk.setService({ refreshTokenIdempotent: true })
  const redeemed = await walk.redeem(client, await walk.code(client))
  expect(redeemed.json).not.toHaveProperty('previousRefreshTokenUsed')
  const { refresh: first } = tokensOf(redeemed)
  const [once, again] = [await refresh(first), await refresh(first)]
  expect([told(once), told(again)]).toEqual([false, true])
  expect(tokensOf(again).refresh).toBe(tokensOf(once).refresh)
  expect(told(await refresh(tokensOf(again).refresh))).toBe(false)
})
