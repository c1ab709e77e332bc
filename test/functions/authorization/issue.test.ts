import { beforeEach, expect, test } from 'vitest'
import { contentOf, outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC, REDIRECT_URI, type TestClient } from '../../support/walk.ts'
import { Client } from '../../../shared/store/client.ts'

const ISSUER = 'https://as.example.com'

const walk = await testWalk()
const { runtime } = walk
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(PUBLIC)
})

const ticketFor = async (parameters: Record<string, unknown> = {}, of = client) =>
  (await walk.authorize(of, parameters)).json['ticket'] as string

const queryOf = (location: unknown) => Object.fromEntries(new URL(location as string).searchParams)

test('issue answers with a redirect that has code, state and iss, and with the code beside it', async () => {
  const { status, json } = await walk.issue(await ticketFor({ state: 'a b&c' }))
  const { authorizationCode, responseContent } = json
  expect(status).toBe(200)
  expect(json).toEqual({
    type: 'authorizationIssueResponse',
    resultCode: 'A040001',
    resultMessage: '[A040001] The authorization request was processed successfully.',
    action: 'LOCATION',
    responseContent: expect.stringMatching(new RegExp(`^${REDIRECT_URI}\\?`)) as unknown,
    authorizationCode: expect.stringMatching(/^[A-Za-z0-9_-]{72}$/) as unknown,
    accessTokenDuration: 0,
    accessTokenExpiresAt: 0,
  })
  expect(queryOf(responseContent)).toEqual({ code: authorizationCode, state: 'a b&c', iss: ISSUER })
})

test('the redirect has no state where none was sent', async () => {
  const { json } = await walk.issue(await ticketFor())
  expect(Object.keys(queryOf(json['responseContent'])).sort()).toEqual(['code', 'iss'])
})

test('the redirect has no iss where the service suppresses it, also for an error', async () => {
  await walk.setService({ issSuppressed: true })
  const { json } = await walk.issue(await ticketFor({ state: 's' }))
  expect(Object.keys(queryOf(json['responseContent'])).sort()).toEqual(['code', 'state'])
  const refused = await walk.authorize(client, { response_type: 'token', state: 's' })
  expect(queryOf(refused.json['responseContent'])).not.toHaveProperty('iss')
})

test('the redirect continues the query of the redirect URI', async () => {
  const redirect_uri = 'https://client.example.org/cb?tenant=a%20b&x=1'
  const other = await walk.addClient(PUBLIC, { redirectUris: [redirect_uri] })
  const { json } = await walk.issue(await ticketFor({ redirect_uri, state: 's' }, other))
  const { authorizationCode, responseContent } = json
  expect(responseContent).toMatch(/^https:\/\/client\.example\.org\/cb\?tenant=a%20b&x=1&/)
  expect(queryOf(responseContent)).toEqual({
    tenant: 'a b',
    x: '1',
    code: authorizationCode,
    state: 's',
    iss: ISSUER,
  })
  const answer = await walk.redeem(other, authorizationCode as string, undefined, { redirect_uri })
  expect(outcome(answer)).toBe('OK A050001')
})

test('a ticket works once', async () => {
  const ticket = await ticketFor()
  expect(outcome(await walk.issue(ticket))).toBe('LOCATION A040001')
  expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A041202 invalid_request')
})

test('a ticket that is used twice at once gives one code', async () => {
  const ticket = await ticketFor()
  const answers = await Promise.all(Array.from({ length: 20 }, () => walk.issue(ticket)))
  expect(answers.filter(({ json }) => json['action'] === 'LOCATION')).toHaveLength(1)
  const lost = answers.map(outcome).filter((text) => text !== 'LOCATION A040001')
  expect(lost.every((text) => /^BAD_REQUEST A04(1202|5304) invalid_request$/.test(text))).toBe(true)
})

test.each([
  ['a code', () => walk.code(client)],
  ['an access token', async () => (await walk.granted(client)).access],
  ['a ticket with another secret', async () => `${(await ticketFor()).slice(0, 32)}${'A'.repeat(40)}`],
  ['a ticket cut short', async () => (await ticketFor()).slice(0, -4)],
  ['something else', () => Promise.resolve('hXoY87t_t23enrVHWxpXNP5FfVDhDypD3T6H6lt4IPA')],
])('issue refuses %s in place of a ticket', async (_name, make) => {
  expect(outcome(await walk.issue(await make()))).toBe('BAD_REQUEST A041202 invalid_request')
})

test('a ticket of a client that was locked or deleted since is refused', async () => {
  const ticket = await ticketFor()
  await walk.setLocked(client, true)
  expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A010307 unauthorized_client')
  await walk.setLocked(client, false)
  expect(outcome(await walk.issue(ticket))).toBe('LOCATION A040001')
  const another = await ticketFor()
  await runtime.store.clients.remove(walk.number, Client.parse(client.settings))
  expect(outcome(await walk.issue(another))).toBe('BAD_REQUEST A010304 invalid_request')
})

test('a ticket is refused after a cut-off of all tokens of the client', async () => {
  const ticket = await ticketFor()
  await runtime.store.clients.cutOff(walk.number, client.number, () => START)
  expect(outcome(await walk.issue(ticket))).toBe('BAD_REQUEST A041391 invalid_request')
})

test('a refusal does not consume the ticket', async () => {
  const ticket = await ticketFor()
  await walk.issue(ticket, { subject: '' })
  await walk.issue(ticket, { scopes: ['nonsense'] })
  expect(outcome(await walk.issue(ticket))).toBe('LOCATION A040001')
})

test.each(['u', 'user @example.com ~!', 'x'.repeat(100)])('the end-user may be %j', async (subject) => {
  const code = await walk.code(client, {}, { subject })
  expect((await walk.redeem(client, code)).json['subject']).toBe(subject)
})

const scopeOf = async (members: object) => {
  const code = (await walk.issue(await ticketFor({ scope: 'read write' }), { ...members })).json
  return contentOf(await walk.redeem(client, code['authorizationCode'] as string))['scope']
}

test.each([
  ['left out', {}, 'read write'],
  ['null', { scopes: null }, 'read write'],
  ['empty', { scopes: [] }, 'read write'],
  ['narrowed', { scopes: ['write'] }, 'write'],
  ['narrowed in a form, where a list is a text', { scopes: 'write' }, 'write'],
  ['others that the client may have', { scopes: ['admin', 'read'] }, 'admin read'],
  ['repeated', { scopes: ['read', 'read'] }, 'read'],
])('scopes at issue that are %s replace those of the request', async (_name, members, expected) => {
  expect(await scopeOf(members)).toBe(expected)
})

test.each([
  ['that nobody knows', {}, ['read', 'nonsense']],
  [
    'that the client may not have',
    { requestableScopesEnabled: true, requestableScopes: ['read'] },
    ['write'],
  ],
])('scopes at issue with %s are refused', async (_name, extension, scopes) => {
  const limited = await walk.addClient(PUBLIC, { extension })
  const ticket = await ticketFor({ scope: 'read' }, limited)
  expect(outcome(await walk.issue(ticket, { scopes }))).toBe('BAD_REQUEST A045391 invalid_request')
})

test('scopes that issue narrows limit every refresh', async () => {
  const { json } = await walk.issue(await ticketFor({ scope: 'read write' }), { scopes: ['read'] })
  const answer = await walk.redeem(client, json['authorizationCode'] as string)
  const refresh = answer.json['refreshToken'] as string
  const wider = await walk.refresh(client, refresh, undefined, { scope: 'read write' })
  expect(outcome(wider)).toBe('BAD_REQUEST A053309 invalid_scope')
})
