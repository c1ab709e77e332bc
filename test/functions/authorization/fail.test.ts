import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { openWalk, PUBLIC, REDIRECT_URI, type TestClient } from '../../support/walk.ts'

const DAY = 86400

const walk = await testWalk()
const { runtime } = walk
const { tables } = runtime
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(PUBLIC)
})
const ticketFor = async (parameters: Record<string, unknown> = {}) =>
  (await walk.authorize(client, parameters)).json['ticket'] as string
const fail = (ticket: unknown, members: object = { reason: 'DENIED' }) =>
  walk.call('/auth/authorization/fail', { ticket, ...members })
const queryOf = (location: unknown) => Object.fromEntries(new URL(location as string).searchParams)

test('fail answers with a redirect that has the error, state and iss', async () => {
  const { status, json } = await fail(await ticketFor({ state: 'a b&c' }))
  const resultMessage = '[A060306] The end-user denied the authorization request.'
  expect(status).toBe(200)
  expect(json).toEqual({
    type: 'authorizationFailResponse',
    resultCode: 'A060306',
    resultMessage,
    action: 'LOCATION',
    responseContent: expect.stringMatching(new RegExp(`^${REDIRECT_URI}\\?`)) as unknown,
  })
  expect(queryOf(json['responseContent'])).toEqual({
    state: 'a b&c',
    error: 'access_denied',
    error_description: resultMessage,
    error_uri: 'https://docs.authlete.com/#A060306',
    iss: 'https://as.example.com',
  })
})

test('the description of the caller replaces that of the error', async () => {
  const { json } = await fail(await ticketFor(), { reason: 'DENIED', description: 'Not today & <never>' })
  expect(json['resultMessage']).toBe('[A060306] The end-user denied the authorization request.')
  expect(queryOf(json['responseContent'])).toMatchObject({
    error: 'access_denied',
    error_description: 'Not today & <never>',
    error_uri: 'https://docs.authlete.com/#A060306',
  })
})

test.each(['denied', 'DENIED ', '__proto__', 7])(
  'a reason of %j is refused by name, and not the ticket',
  async (reason) => {
    const ticket = await ticketFor()
    const { status, json } = await fail(ticket, { reason })
    expect([status, json['resultCode']]).toEqual([400, 'A001294'])
    expect(json['resultMessage']).toContain("'reason'")
    expect(outcome(await fail(ticket))).toBe('LOCATION A060306 access_denied')
  },
)

test('a ticket that failed is gone, also for issue', async () => {
  const ticket = await ticketFor()
  await fail(ticket)
  expect(outcome(await fail(ticket))).toBe('BAD_REQUEST A059202 invalid_request')
  expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A041202 invalid_request')
  expect(await tables.grantsOf(walk.number, client.number)).toEqual([])
})

test('a ticket that became a code cannot fail, and the code is good', async () => {
  const ticket = await ticketFor()
  const { json } = await walk.issue(ticket)
  expect(outcome(await fail(ticket))).toBe('BAD_REQUEST A059202 invalid_request')
  expect(outcome(await walk.redeem(client, json['authorizationCode'] as string))).toBe('OK A050001')
})

test('a ticket that fails and is issued at once either fails or becomes a code, never both', async () => {
  for (let round = 0; round < 10; round += 1) {
    const ticket = await ticketFor()
    const [failed, issued] = await Promise.all([fail(ticket), walk.issue(ticket)])
    const done = [failed, issued].filter(({ json }) => json['action'] === 'LOCATION')
    expect(done).toHaveLength(1)
  }
})

test.each([
  [-1, 'LOCATION A060306 access_denied'],
  [0, 'BAD_REQUEST A059301 invalid_request'],
])('fail is answered %i s from the expiry of a ticket, at 24 hours, with %s', async (seconds, expected) => {
  const ticket = await ticketFor()
  runtime.clock.now = addSeconds(START, DAY + seconds)
  expect(outcome(await fail(ticket))).toBe(expected)
})

test('a ticket of a locked client fails without a redirect', async () => {
  const ticket = await ticketFor()
  await walk.setLocked(client, true)
  expect(outcome(await fail(ticket))).toBe('BAD_REQUEST A010307 unauthorized_client')
})

test('a ticket of another service is unknown', async () => {
  const ticket = await ticketFor()
  const other = await openWalk(runtime)
  const answer = await other.call('/auth/authorization/fail', { ticket, reason: 'DENIED' })
  expect(outcome(answer)).toBe('BAD_REQUEST A059202 invalid_request')
  expect(outcome(await fail(ticket))).toBe('LOCATION A060306 access_denied')
})

test('the log has the reason of a failure and never the ticket', async () => {
  const ticket = await ticketFor()
  await fail(ticket, { reason: 'CONSENT_REQUIRED' })
  expect(runtime.logged().at(-1)).toMatchObject({ outcome: 'LOCATION', reason: 'consent-required' })
  expect(runtime.lines.join()).not.toContain(ticket)
})
