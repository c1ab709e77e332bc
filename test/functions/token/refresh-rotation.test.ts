import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, PUBLIC, type TestClient } from '../../support/walk.ts'

const UNKNOWN = 'BAD_REQUEST A053305 invalid_grant'

const runtime = await testRuntime()

const wait = (seconds: number) => {
  runtime.clock.now = addSeconds(runtime.clock.now, seconds)
}

describe('kept', async () => {
  const walk = await openWalk(runtime, { refreshTokenKept: true })

  test('a refresh token that is kept works again and again, with a fresh access token each time', async () => {
    const client = await walk.addClient(PUBLIC)
    const first = await walk.granted(client)
    wait(100)
    const second = tokensOf(await walk.refresh(client, first.refresh))
    const third = tokensOf(await walk.refresh(client, first.refresh))
    expect([second.refresh, third.refresh]).toEqual([first.refresh, first.refresh])
    expect(new Set([first.access, second.access, third.access]).size).toBe(3)
    expect(outcome(await walk.introspect(second.access))).toBe('UNAUTHORIZED A057302 invalid_token')
    expect(outcome(await walk.introspect(third.access))).toBe('OK A056001')
  })

  test('the end of a refresh token that is kept does not move', async () => {
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    wait(863999)
    const answer = await walk.refresh(client, refresh)
    expect(answer.json).toMatchObject({ refreshTokenDuration: 1 })
    wait(1)
    expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A053308 invalid_grant')
  })
})

describe.each([
  ['rotated', false],
  ['rotated, idempotent', true],
])('%s', async (_name, refreshTokenIdempotent) => {
  const walk = await openWalk(runtime, { refreshTokenIdempotent })
  let client: TestClient
  beforeEach(async () => {
    client = await walk.addClient(BASIC)
  })

  /** Refresh tokens of one grant in their order, the last one current, rotated just now. */
  async function rotated(times: number) {
    const first = await walk.granted(client)
    const tokens = [first]
    for (let i = 0; i < times; i++) {
      tokens.push(tokensOf(await walk.refresh(client, tokens.at(-1)?.refresh ?? '')))
    }
    return tokens.map(({ refresh }) => refresh)
  }
  const works = async (refresh: string) => (await walk.refresh(client, refresh)).json['action'] === 'OK'

  test('every refresh brings another refresh token', async () => {
    const tokens = await rotated(3)
    expect(new Set(tokens).size).toBe(4)
  })

  test('the replaced token ends the grant at +11 s', async () => {
    const [old = '', current = ''] = await rotated(1)
    wait(11)
    expect(outcome(await walk.refresh(client, old))).toBe(UNKNOWN)
    expect(await works(current)).toBe(false)
  })

  test.each([0, 1, 9, 10])('the replaced token does not end the grant at +%i s', async (seconds) => {
    const [old = '', current = ''] = await rotated(1)
    wait(seconds)
    await walk.refresh(client, old)
    expect(await works(current)).toBe(true)
  })

  test('an older token ends the grant at +1 s', async () => {
    const [older = '', , current = ''] = await rotated(2)
    wait(1)
    expect(outcome(await walk.refresh(client, older))).toBe(UNKNOWN)
    expect(await works(current)).toBe(false)
  })

  test('an invented token of the family ends the grant', async () => {
    const [token = ''] = await rotated(0)
    const invented = token.slice(0, 46) + 'A'.repeat(42)
    expect(outcome(await walk.refresh(client, invented))).toBe(UNKNOWN)
    expect(await works(token)).toBe(false)
  })

  test('a token with another family is unknown and ends nothing', async () => {
    const [token = ''] = await rotated(0)
    const invented = token.slice(0, 30) + 'A'.repeat(58)
    expect(outcome(await walk.refresh(client, invented))).toBe(UNKNOWN)
    expect(await works(token)).toBe(true)
  })

  test('a reused token without its client authenticated ends nothing', async () => {
    const [old = '', current = ''] = await rotated(1)
    wait(11)
    await walk.refresh({ ...client, secret: 'wrong' }, old)
    await walk.refresh(await walk.addClient(BASIC), old)
    expect(await works(current)).toBe(true)
  })

  test('if refreshes race, at least one wins, and its tokens stay active', async () => {
    const [token = ''] = await rotated(0)
    const answers = await Promise.all(Array.from({ length: 20 }, () => walk.refresh(client, token)))
    const won = answers.filter(({ json }) => json['action'] === 'OK').map(tokensOf)
    expect(won.length).toBeGreaterThan(0)
    expect(new Set(won.map(({ refresh }) => refresh)).size).toBe(1)
    const live = await Promise.all(won.map(({ access }) => walk.standard(access)))
    expect(live.filter(({ active }) => active)).toHaveLength(1)
    expect(await works(won[0]?.refresh ?? '')).toBe(true)
  })
})

test('the replaced token is refused at once where refreshes are not idempotent', async () => {
  const walk = await openWalk(runtime)
  const client = await walk.addClient(PUBLIC)
  const { refresh } = await walk.granted(client)
  await walk.refresh(client, refresh)
  for (const seconds of [0, 9, 1]) {
    wait(seconds)
    expect(outcome(await walk.refresh(client, refresh))).toBe(UNKNOWN)
  }
})

describe('rotated, idempotent', async () => {
  const walk = await openWalk(runtime, { refreshTokenIdempotent: true })

  test.each([0, 9, 10])('an idempotent refresh gives the same successor at +%i s', async (seconds) => {
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    const once = tokensOf(await walk.refresh(client, refresh))
    wait(seconds)
    const again = tokensOf(await walk.refresh(client, refresh))
    expect(again.refresh).toBe(once.refresh)
    expect(again.access).not.toBe(once.access)
    expect(outcome(await walk.introspect(once.access))).toBe('UNAUTHORIZED A057302 invalid_token')
    expect(outcome(await walk.introspect(again.access))).toBe('OK A056001')
    expect(outcome(await walk.refresh(client, again.refresh))).toBe('OK A053001')
  })

  test('asking again does not stretch the time for the replaced token', async () => {
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    const { refresh: current } = tokensOf(await walk.refresh(client, refresh))
    wait(9)
    await walk.refresh(client, refresh)
    wait(2)
    expect(outcome(await walk.refresh(client, refresh))).toBe(UNKNOWN)
    expect(outcome(await walk.refresh(client, current))).toBe(UNKNOWN)
  })

  test('an idempotent refresh gives nothing when the successor has expired', async () => {
    await walk.setService({ refreshTokenDuration: 5 })
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    await walk.refresh(client, refresh)
    wait(4)
    expect(outcome(await walk.refresh(client, refresh))).toBe('OK A053001')
    wait(1)
    expect(outcome(await walk.refresh(client, refresh))).toBe(UNKNOWN)
    await walk.resetService()
  })

  test('a replaced token that a cut-off of the service ends is refused, and its successor works', async () => {
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    wait(1)
    const { refresh: current } = tokensOf(await walk.refresh(client, refresh))
    await walk.setService({ tokensNotBefore: runtime.clock.now })
    expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A053391 invalid_grant')
    expect(outcome(await walk.refresh(client, current))).toBe('OK A053001')
    await walk.resetService()
  })

  test('a replaced token that has expired is refused, and its successor works', async () => {
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    wait(863990)
    const { refresh: current } = tokensOf(await walk.refresh(client, refresh))
    wait(9)
    expect(outcome(await walk.refresh(client, refresh))).toBe('OK A053001')
    wait(1)
    expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A053308 invalid_grant')
    expect(outcome(await walk.refresh(client, current))).toBe('OK A053001')
  })

  test('when idempotent refreshes are switched off, the replaced token is refused and the grant stays', async () => {
    const client = await walk.addClient(PUBLIC)
    const { refresh } = await walk.granted(client)
    const { refresh: current } = tokensOf(await walk.refresh(client, refresh))
    await walk.setService({ refreshTokenIdempotent: false })
    expect(outcome(await walk.refresh(client, refresh))).toBe(UNKNOWN)
    expect(outcome(await walk.refresh(client, current))).toBe('OK A053001')
    await walk.setService({ refreshTokenIdempotent: true })
  })
})

test.each([
  [10, true],
  [11, false],
])('the nonce of an idempotent refresh is stored %i s later: %s', async (seconds, stays) => {
  const walk = await openWalk(runtime, { refreshTokenIdempotent: true })
  const client = await walk.addClient(BASIC)
  const { refresh } = await walk.granted(client)
  const current = tokensOf(await walk.refresh(client, refresh)).refresh
  await walk.setService({ refreshTokenKept: true })
  wait(seconds)
  expect(outcome(await walk.refresh(client, current))).toBe('OK A053001')
  const stored = (await runtime.tables.grants.scan()).filter(({ client: of }) => of === client.number)
  expect(JSON.stringify(stored).includes('nonce')).toBe(stays)
})
