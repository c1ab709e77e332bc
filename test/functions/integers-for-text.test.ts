import { expect, test } from 'vitest'
import { outcome } from '../support/answers.ts'
import { putOwner } from '../support/management.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BASIC, UNBOUND } from '../support/walk.ts'

const walk = await testWalk()
await putOwner(walk.runtime)
const client = await walk.addClient(BASIC, UNBOUND)
const created = (members: object) =>
  walk.call('/auth/token/create', { grantType: 'AUTHORIZATION_CODE', ...members })
const tokenFor = async (subject: unknown) =>
  String((await created({ clientId: client.number, subject })).json['accessToken'])

test('the subject 0 is the subject "0": introspection refuses the token of another user', async () => {
  const token = await tokenFor('testuser01')
  expect(outcome(await walk.introspect(token, undefined, { subject: 0 }))).toBe(
    'FORBIDDEN A066302 invalid_request',
  )
  const own = await walk.introspect(await tokenFor(0), undefined, { subject: 0 })
  expect(own.json).toMatchObject({ action: 'OK', subject: '0' })
})

test('an integer as the subject of an issue is the subject of the tokens', async () => {
  const ticket = (await walk.authorize(client)).json['ticket']
  const { json } = await walk.issue(ticket, { subject: 1 })
  expect(json['action']).toBe('LOCATION')
  const parameters = `grant_type=authorization_code&code=${String(json['authorizationCode'])}&redirect_uri=${encodeURIComponent(String(client.settings.redirectUris?.[0]))}`
  const answer = await walk.call('/auth/token', {
    parameters,
    clientId: client.number,
    clientSecret: client.secret,
  })
  expect(answer.json).toMatchObject({ action: 'OK', subject: '1', clientId: client.number })
})

test('an integer names a client and a user in the calls of token management', async () => {
  const token = (await created({ clientIdentifier: client.number, subject: 42 })).json['accessToken']
  expect((await walk.introspect(String(token))).json).toMatchObject({ subject: '42' })
  const revoked = await walk.call('/auth/token/revoke', { clientIdentifier: client.number, subject: 42 })
  expect(revoked.json['count']).toBe(1)
  expect((await walk.introspect(String(token))).json['action']).toBe('UNAUTHORIZED')
})

test('an integer as a ticket or a token is unknown, and 0 is a missing one', async () => {
  const info = async (ticket: unknown) =>
    outcome(await walk.call('/auth/authorization/ticket/info', { ticket }))
  expect(await info(7)).not.toBe(await info(0))
  expect(await info(0)).toBe(await info(undefined))
  const introspected = async (token: unknown) => outcome(await walk.call('/auth/introspection', { token }))
  expect(await introspected(7)).toBe('UNAUTHORIZED A057302 invalid_token')
  expect(await introspected(0)).toBe('BAD_REQUEST A057301 invalid_request')
})

test.each([1.5, 9_007_199_254_740_992])('%d as a subject is refused', async (subject) => {
  const answer = await created({ clientId: client.number, subject })
  expect(answer.status).toBe(400)
  expect(answer.json['resultCode']).toBe('A001294')
})

test('the text members of clients and services stay text', async () => {
  const named = await walk.v3('POST', '/client/create', { clientName: 1 })
  expect([named.status, named.json['resultCode']]).toEqual([400, 'A001294'])
  const service = await walk.v3('POST', '/service/update', { serviceName: 1 })
  expect([service.status, service.json['resultCode']]).toEqual([400, 'A001294'])
})
