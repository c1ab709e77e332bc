import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { type FixedRuntime, fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { BASIC, BOUND, openWalk, OWN, PUBLIC, type TestClient, type Walk } from '../../support/walk.ts'

let runtime: FixedRuntime
let walk: Walk
let confidential: TestClient
let publicClient: TestClient
beforeAll(async () => {
  runtime = await fixedRuntime({ registryCacheSeconds: 0 })
})
afterAll(() => runtime.close())

const MINUTE = 60

async function open(): Promise<void> {
  runtime.clock.now = START
  walk = await openWalk(runtime)
  confidential = await walk.addClient(BASIC, BOUND)
  publicClient = await walk.addClient(PUBLIC, BOUND)
}

const after = (seconds: number) => (runtime.clock.now = (START + seconds) as typeof START)
const cutOff = (milliseconds: number | null) =>
  walk.call('/service/update', { tokensNotBefore: milliseconds })
const cutOffAt = (seconds: number) => cutOff((START + seconds) * 1000)

describe('tokensNotBefore of a service', () => {
  beforeAll(open)

  test('tokensNotBefore makes every token invalid that was issued before, and none that is issued later', async () => {
    const old = tokensOf(await walk.credentials(confidential, OWN))
    const user = await walk.granted(publicClient, OWN)
    after(MINUTE)
    const { status, json } = await cutOffAt(MINUTE)
    expect([status, json['tokensNotBefore']]).toEqual([200, (START + MINUTE) * 1000])

    expect(outcome(await walk.introspect(old.access, OWN))).toBe('UNAUTHORIZED A057395 invalid_token')
    expect(await walk.standard(old.access)).toEqual({ active: false })
    expect(outcome(await walk.introspect(user.access, OWN))).toBe('UNAUTHORIZED A057395 invalid_token')
    expect(outcome(await walk.refresh(publicClient, user.refresh, OWN))).toBe(
      'BAD_REQUEST A053391 invalid_grant',
    )
    const changed = await walk.call('/auth/token/update', { accessToken: old.access, scopes: ['read'] })
    expect(outcome(changed)).toBe('NOT_FOUND A134202')
    const later = tokensOf(await walk.credentials(confidential, OWN))
    expect(outcome(await walk.introspect(later.access, OWN))).toBe('OK A056001')
  })

  test('tokensNotBefore makes codes and tickets invalid too', async () => {
    const code = await walk.code(publicClient)
    const { json } = await walk.authorize(publicClient)
    after(2 * MINUTE - 1)
    await cutOffAt(2 * MINUTE - 1)
    expect(outcome(await walk.redeem(publicClient, code, OWN))).toBe('BAD_REQUEST A050391 invalid_grant')
    expect(outcome(await walk.issue(json['ticket']))).toBe('BAD_REQUEST A041391 invalid_request')
  })

  test('tokensNotBefore compares the time of a refresh token, not that of its grant', async () => {
    const granted = await walk.granted(publicClient, OWN)
    after(4 * MINUTE)
    const refreshed = await walk.refresh(publicClient, granted.refresh, OWN)
    await cutOffAt(3 * MINUTE)
    expect(outcome(await walk.introspect(contentOf(refreshed)['access_token'] as string, OWN))).toBe(
      'OK A056001',
    )
    expect(outcome(await walk.refresh(publicClient, tokensOf(refreshed).refresh, OWN))).toBe('OK A053001')
  })
})

describe('tokensNotBefore moves only forward', () => {
  beforeAll(async () => {
    await open()
    after(MINUTE)
    expect((await cutOffAt(MINUTE)).status).toBe(200)
  })

  test.each([
    ['back', (START + MINUTE) * 1000 - 1000],
    ['away', null],
    ['away with 0', 0],
    ['far ahead', (START + MINUTE + 3601) * 1000],
    ['into seconds', START + MINUTE],
  ])('moving tokensNotBefore %s is refused', async (_, milliseconds) => {
    const { status, json } = await cutOff(milliseconds)
    expect(`${String(status)} ${String(json['resultCode'])}`).toBe('400 A039292')
    expect(json['resultMessage']).toContain("'tokensNotBefore'")
  })

  test('tokensNotBefore is rounded up to a second, so that the rounding keeps no token valid', async () => {
    const { json } = await cutOff((START + MINUTE) * 1000 + 1)
    expect(json['tokensNotBefore']).toBe((START + MINUTE + 1) * 1000)
  })

  test('other changes keep tokensNotBefore', async () => {
    const { json } = await walk.call('/service/update', { accessTokenDuration: 600 })
    expect(json['tokensNotBefore']).toBe((START + MINUTE + 1) * 1000)
  })
})
