import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { cut, cutAll, fault, pass } from '../../support/cutting-proxy.ts'
import { gateway, type Received } from '../../support/gateway.ts'
import { basic, form } from '../../support/walk.ts'
import { type Engine, walkUnderTest } from './store-under-test.ts'

export async function unreachableAtEndpoints(engine: Engine) {
  const { tested, walk, client, ask, redemption } = await walkUnderTest(engine)

  function expectUnavailable({ status, headers, json }: Received): void {
    expect(status).toBe(503)
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' })
    expect(json).toEqual({ error: 'temporarily_unavailable' })
  }

  test.each([
    ['/token', { grant_type: 'client_credentials' }],
    ['/token', { grant_type: 'client_credentials', scope: 'read' }],
    ['/introspection/standard', { token: 'any' }],
  ])('%s answers 503 before anything is known of the service', async (route, parameters) => {
    const cold = gateway({ ...tested.runtime, settings: { ...tested.runtime.settings, serviceId: 4711 } })
    tested.proxy.fate = cut
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) }
    expectUnavailable(await cold({ route, headers, body: form(parameters) }))
  })

  test('a client gets 503 when its tokens cannot be stored', async () => {
    await ask({ grant_type: 'client_credentials' })
    tested.proxy.fate = cutAll('PutItem')
    expectUnavailable(await ask({ grant_type: 'client_credentials' }))
  })

  test.each(['BatchGetItem', 'UpdateItem'])('a code outlives a failing %s', async (operation) => {
    const code = await walk.code(client)
    tested.proxy.fate = cutAll(operation)
    expectUnavailable(await ask(redemption(code)))
    tested.proxy.fate = pass
    expect((await ask(redemption(code))).status).toBe(200)
  })

  test.each(['BatchGetItem', 'UpdateItem'])('a refresh token outlives a failing %s', async (operation) => {
    const { access, refresh } = await walk.granted(client)
    tested.proxy.fate = cutAll(operation)
    expectUnavailable(await ask({ grant_type: 'refresh_token', refresh_token: refresh }))
    tested.proxy.fate = pass
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    expect((await ask({ grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(200)
  })

  test('a replayed code whose tokens cannot be ended is 503, and ends them the next time', async () => {
    const code = await walk.code(client)
    const { access } = tokensOf(await walk.redeem(client, code))
    tested.proxy.fate = cutAll('DeleteItem')
    expectUnavailable(await ask(redemption(code)))
    tested.proxy.fate = pass
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    expect(await ask(redemption(code))).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057302 invalid_token')
  })

  test.each([
    ['/auth/introspection', { token: 'any' }],
    ['/auth/introspection/standard', { parameters: 'token=any' }],
    ['/auth/authorization', { parameters: 'response_type=code' }],
    ['/auth/authorization/issue', { ticket: 'any', subject: 'any' }],
    ['/auth/revocation', { parameters: 'token=any' }],
    ['/auth/token', { parameters: 'grant_type=client_credentials' }],
  ])('%s answers 503 with the result code and nothing of the request', async (api, members) => {
    const { clock, settings } = tested.runtime
    clock.now = addSeconds(clock.now, settings.registryCacheSeconds)
    tested.proxy.fate = cut
    const { status, headers, json } = await walk.call(api, members)
    expect(status).toBe(503)
    expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' })
    expect(json).toEqual({
      resultCode: 'A001191',
      resultMessage: `[A001191] ${api}, The store is unavailable. Try again later.`,
    })
  })

  test('a token cannot be introspected while reads fail, and is good again with the store', async () => {
    const { access } = await walk.granted(client)
    tested.proxy.fate = cutAll('BatchGetItem')
    expect(outcome(await walk.introspect(access))).toBe('503 A001191')
    tested.proxy.fate = pass
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  })

  test('a ticket outlives a failing write', async () => {
    const { ticket } = (await walk.authorize(client)).json
    tested.proxy.fate = cutAll('UpdateItem')
    expect(outcome(await walk.issue(ticket))).toBe('503 A001191')
    tested.proxy.fate = pass
    expect(outcome(await walk.issue(ticket))).toBe('LOCATION A040001')
  })

  test('a store that cannot be reached is logged once, with its cause', async () => {
    const { access } = await walk.granted(client)
    tested.runtime.lines.length = 0
    tested.proxy.fate = cutAll('BatchGetItem')
    await walk.introspect(access)
    const [line, ...more] = tested.runtime.logged()
    expect(more).toEqual([])
    expect(line).toMatchObject({
      level: 'error',
      endpoint: '/auth/introspection',
      outcome: 503,
      reason: 'unavailable',
      cause: {
        message: 'the store is unavailable',
        cause: { message: expect.stringMatching(/hang up|closed the connection/) as string },
      },
    })
  })

  test('a missing table is our own fault: 500, and the log names what is missing', async () => {
    const { access } = await walk.granted(client)
    tested.runtime.lines.length = 0
    tested.proxy.fate = fault(400, 'ResourceNotFoundException')
    const answers = [await walk.introspect(access), await ask({ grant_type: 'client_credentials' })]
    expect(answers.map(({ status }) => status)).toEqual([500, 500])
    expect(answers.filter(({ headers }) => 'retry-after' in headers)).toEqual([])
    expect(answers[0]?.json).toMatchObject({ resultCode: 'A001101' })
    expect(answers[1]?.json).toEqual({ error: 'server_error' })
    const logged = tested.runtime.logged().map(({ reason, cause }) => ({ reason, cause }))
    const cause = expect.objectContaining({ name: 'ResourceNotFoundException' }) as unknown
    expect(logged).toEqual([
      { reason: 'internal', cause },
      { reason: 'internal', cause },
    ])
  })
}
