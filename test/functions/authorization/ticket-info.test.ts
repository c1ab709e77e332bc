import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { form, PUBLIC } from '../../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk
const client = await walk.addClient(PUBLIC)

async function ticketFor(members: object = {}): Promise<string> {
  const parameters = `response_type=code&client_id=${client.id}`
  return (await walk.call('/auth/authorization', { parameters, ...members })).json['ticket'] as string
}
const info = (ticket: unknown) => walk.call('/auth/authorization/ticket/info', { ticket })
const update = (ticket: unknown, text: unknown) =>
  walk.call('/auth/authorization/ticket/update', { ticket, info: text })

const get = (query: string) => walk.v3('GET', `/auth/authorization/ticket/info?${query}`)

test('ticket info returns the context of the authorization request, without a responseContent', async () => {
  const ticket = await ticketFor({ context: '{"a":"é"}' })
  expect((await info(ticket)).json).toEqual({
    type: 'authorizationTicketInfoResponse',
    resultCode: 'A041091',
    resultMessage: '[A041091] The ticket was found.',
    action: 'OK',
    info: { context: '{"a":"é"}' },
  })
})

test('ticket info answers a GET', async () => {
  const ticket = await ticketFor({ context: 'kept' })
  expect(await get(form({ ticket }))).toMatchObject({
    status: 200,
    json: { action: 'OK', info: { context: 'kept' } },
  })
  expect((await get('')).json['action']).toBe('CALLER_ERROR')
})

test('ticket info of a ticket without a context is empty', async () => {
  expect((await info(await ticketFor())).json).toMatchObject({ action: 'OK', info: {} })
})

test('ticket info does not consume the ticket, and issue returns the context too', async () => {
  const ticket = await ticketFor({ context: 'kept' })
  await info(ticket)
  const { json } = await walk.issue(ticket)
  expect(json).toMatchObject({ action: 'LOCATION', ticketInfo: { context: 'kept' } })
  expect((await info(ticket)).json['action']).toBe('NOT_FOUND')
})

test('the context does not outlive the ticket', async () => {
  const { json } = await walk.issue(await ticketFor({ context: 'kept' }))
  const answer = await walk.redeem(client, json['authorizationCode'] as string, undefined, {
    redirect_uri: undefined,
  })
  expect(outcome(answer)).toBe('OK A050001')
  expect(answer.text).not.toContain('kept')
})

test.each([
  ['a text', 'new', 'new'],
  ['an object', { context: 'new' }, { context: 'new' }],
  ['an object with more in it', { context: 'new', other: 1 }, { context: 'new' }],
])('ticket update takes %s, and answers with what it got', async (_name, given, answered) => {
  const ticket = await ticketFor({ context: 'old' })
  const { json } = await update(ticket, given)
  expect(json).toMatchObject({
    type: 'authorizationTicketUpdateResponse',
    action: 'OK',
    info: answered,
  })
  expect((await info(ticket)).json['info']).toEqual({ context: 'new' })
  expect((await walk.issue(ticket)).json['ticketInfo']).toEqual({ context: 'new' })
})

test.each([undefined, null, '', {}, { context: null }, { context: '' }])(
  'ticket update to %j is a caller error, and changes nothing',
  async (given) => {
    const ticket = await ticketFor({ context: 'old' })
    expect(outcome(await update(ticket, given))).toBe('CALLER_ERROR A041292')
    expect((await info(ticket)).json['info']).toEqual({ context: 'old' })
  },
)

test.each([7, ['new'], { context: 7 }, 'x'.repeat(8193), { context: 'é'.repeat(4097) }])(
  'ticket update to something else is refused by name (%#)',
  async (given) => {
    const { status, json } = await update(await ticketFor(), given)
    expect([status, json['resultCode']]).toEqual([400, 'A001294'])
    expect(json['resultMessage']).toContain("'info'")
  },
)

test('ticket update does not bring back a ticket that is gone', async () => {
  const ticket = await ticketFor()
  await walk.call('/auth/authorization/fail', { ticket, reason: 'DENIED' })
  expect(outcome(await update(ticket, 'new'))).toBe('NOT_FOUND A041392')
  expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A041202 invalid_request')
})

test('ticket update at the moment of issue leaves the code whole', async () => {
  for (let round = 0; round < 10; round += 1) {
    const ticket = await ticketFor()
    const [updated, issued] = await Promise.all([update(ticket, 'new'), walk.issue(ticket)])
    expect(['OK', 'NOT_FOUND']).toContain(updated.json['action'])
    const code = issued.json['authorizationCode'] as string
    const answer = await walk.redeem(client, code, undefined, { redirect_uri: undefined })
    expect(outcome(answer)).toBe('OK A050001')
  }
})

describe.each([
  ['info', info],
  ['update', (ticket: unknown) => update(ticket, 'new')],
])('%s', (_name, ask) => {
  test.each([undefined, '', null])('a call without a ticket (%j) is a caller error', async (ticket) => {
    const answer = await ask(ticket)
    expect(outcome(answer)).toBe('CALLER_ERROR A041291')
    expect(answer.json).not.toHaveProperty('responseContent')
  })

  test('a call with something that is not a ticket finds nothing', async () => {
    expect(outcome(await ask('nonsense'))).toBe('NOT_FOUND A041392')
    expect(outcome(await ask(await walk.code(client)))).toBe('NOT_FOUND A041392')
  })

  test('a call with a ticket that has expired finds nothing', async () => {
    const ticket = await ticketFor({ context: 'kept' })
    runtime.clock.now = addSeconds(START, 86400)
    expect(outcome(await ask(ticket))).toBe('NOT_FOUND A041392')
  })
})

test.each([7, 'x'.repeat(8193)])('a context that is not a short text is refused (%#)', async (context) => {
  const { status, json } = await walk.call('/auth/authorization', { parameters: 'a=b', context })
  expect([status, json['resultCode']]).toEqual([400, 'A001294'])
  expect(json['resultMessage']).toContain("'context'")
})

test.each([
  ['lock', (id: string) => walk.call(`/client/lock_flag/update/${id}`, { clientLocked: true })],
  ['cut-off', (id: string) => walk.call('/auth/token/revoke', { clientIdentifier: id })],
  ['deletion', (id: string) => walk.v3('DELETE', `/client/delete/${id}`)],
])(
  'a ticket that the %s of its client has ended is not found, as these endpoints have no other action for it',
  async (_name, end) => {
    const other = await walk.addClient(PUBLIC)
    const ticket = String((await walk.authorize(other)).json['ticket'])
    await end(other.id)
    for (const answer of [await info(ticket), await update(ticket, 'new')])
      expect(outcome(answer)).toBe('NOT_FOUND A041392')
  },
)
