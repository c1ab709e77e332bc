import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC, REDIRECT_URI } from '../../support/walk.ts'

const walk = await testWalk({ accessTokenSignAlg: 'ES256' })
const client = await walk.addClient(PUBLIC, {
  extension: { accessTokenDuration: 3600, refreshTokenDuration: 7200 },
})

const redeem = (code: string, members: object = {}) =>
  walk.token(client, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }, { ...members })
const refresh = (token: string, members: object = {}) =>
  walk.token(client, { grant_type: 'refresh_token', refresh_token: token }, { ...members })
const durations = ({ json }: Received) => [json['accessTokenDuration'], json['refreshTokenDuration']]
const claims = (answer: Received) => decodeJwt(tokensOf(answer).access)

test.each([
  [{ accessTokenDuration: 60, refreshTokenDuration: 120 }, [60, 120]],
  [{ accessTokenDuration: 999_999, refreshTokenDuration: 9_999_999 }, [999_999, 9_999_999]],
  [{ accessTokenDuration: '60', refreshTokenDuration: '120' }, [60, 120]],
  [{ accessTokenDuration: 0, refreshTokenDuration: 0 }, [3600, 7200]],
  [{ accessTokenDuration: -1, refreshTokenDuration: '-1' }, [3600, 7200]],
  [{ accessTokenDuration: null, refreshTokenDuration: null }, [3600, 7200]],
])('durations of %j make tokens of %j', async (members, expected) => {
  const answer = await redeem(await walk.code(client), members)
  expect(durations(answer)).toEqual(expected)
  expect(claims(answer).exp).toBe(START + (expected[0] ?? 0))
  const refreshed = await refresh(tokensOf(answer).refresh, members)
  expect(durations(refreshed)).toEqual(expected)
})

test('durations at issue hold for the first access token, unless the token call has its own', async () => {
  const issue = (accessTokenDuration: number) => walk.code(client, {}, { accessTokenDuration })
  const answer = await redeem(await issue(60))
  expect(durations(answer)).toEqual([60, 7200])
  expect(durations(await refresh(tokensOf(answer).refresh))).toEqual([3600, 7200])
  expect(durations(await redeem(await issue(60), { accessTokenDuration: 90 }))).toEqual([90, 7200])
  expect(durations(await redeem(await issue(-60)))).toEqual([3600, 7200])
})

test.each([1.5, 'soon', '1.5', true, [60], 2147483648, '9'.repeat(17)])(
  'durations of %j are refused by name',
  async (seconds) => {
    const code = await walk.code(client)
    for (const name of ['accessTokenDuration', 'refreshTokenDuration']) {
      const { status, json } = await redeem(code, { [name]: seconds })
      expect([status, json['resultCode']]).toEqual([400, 'A001294'])
      expect(json['resultMessage']).toContain(`'${name}'`)
    }
    expect(outcome(await redeem(code))).toBe('OK A050001')
  },
)

test('jwtAtClaims of issue and of the token call are in the JWT, and stay through a refresh', async () => {
  const code = await walk.code(client, {}, { jwtAtClaims: '{"a":1,"b":{"c":[null]}}' })
  const answer = await redeem(code, { jwtAtClaims: '{"a":2,"d":"é"}' })
  expect(claims(answer)).toMatchObject({ a: 2, b: { c: [null] }, d: 'é', sub: 'testuser01' })
  const refreshed = await refresh(tokensOf(answer).refresh, { jwtAtClaims: '{"e":true}' })
  expect(claims(refreshed)).toMatchObject({ a: 2, b: { c: [null] }, d: 'é', e: true })
  expect(outcome(await walk.introspect(tokensOf(refreshed).access))).toBe('OK A056001')
  expect(refreshed.json).not.toHaveProperty('properties')
})

test.each(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'scope', 'cnf'])(
  'jwtAtClaims may not have %s',
  async (name) => {
    const jwtAtClaims = JSON.stringify({ a: 1, [name]: 'x' })
    const ticket = (await walk.authorize(client)).json['ticket']
    for (const answer of [await walk.issue(ticket, { jwtAtClaims }), await redeem('any', { jwtAtClaims })]) {
      expect([answer.status, answer.json['resultCode']]).toEqual([400, 'A001298'])
      expect(answer.json['resultMessage']).toContain(`'${name}'`)
    }
    expect(outcome(await walk.issue(ticket))).toBe('LOCATION A040001')
  },
)

test.each(['[]', '"text"', 'null', '{', '7', 7])('jwtAtClaims may not be %j', async (jwtAtClaims) => {
  const { status, json } = await redeem('any', { jwtAtClaims })
  expect([status, json['resultCode']]).toEqual([400, 'A001294'])
  expect(json['resultMessage']).toContain("'jwtAtClaims'")
})

test('jwtAtClaims of both calls are limited together, and nothing is consumed', async () => {
  const of = (name: string, length: number) => JSON.stringify({ [name]: 'x'.repeat(length) })
  const ticket = (await walk.authorize(client)).json['ticket']
  const longer = await walk.issue(ticket, { jwtAtClaims: of('a', 2041) })
  expect(outcome(longer)).toBe('INTERNAL_SERVER_ERROR A050291 server_error')
  const { json } = await walk.issue(ticket, { jwtAtClaims: of('a', 2040) })
  const code = json['authorizationCode'] as string
  const more = await redeem(code, { jwtAtClaims: '{"b":1}' })
  expect(outcome(more)).toBe('INTERNAL_SERVER_ERROR A050291 server_error')
  expect(outcome(await redeem(code))).toBe('OK A050001')
})

test('a value for the token itself is refused by name at both endpoints, and nothing is consumed', async () => {
  const ticket = (await walk.authorize(client)).json['ticket']
  const issued = await walk.issue(ticket, { accessToken: 'chosen' })
  const code = (await walk.issue(ticket, { accessToken: null })).json['authorizationCode'] as string
  const redeemed = await redeem(code, { accessToken: 'chosen' })
  for (const { status, json } of [issued, redeemed]) {
    expect([status, json['resultCode']]).toEqual([400, 'A001297'])
    expect(json['resultMessage']).toContain("'accessToken'")
    expect(JSON.stringify(json)).not.toContain('chosen')
  }
  expect(outcome(await redeem(code, { accessToken: '' }))).toBe('OK A050001')
})
