import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type CallErrors, oauthRefusal, webApiRefusal } from '../../../shared/lambda/refusal-answers.ts'
import { type ErrorMembers, type Reason, Refusal, refusalRows } from '../../../shared/refusal/refusal.ts'
import { HTTP_STATUS } from '../../../shared/web-api.ts'
import { httpRequest } from '../../support/http-request.ts'
import { load } from '../../support/vectors.ts'

const REASONS = Object.keys(refusalRows()) as Reason[]
const HTTP = httpRequest({ headers: { authorization: ['Basic bWFyazptYXJr'] }, body: 'mark=mark' })
const V3 = httpRequest({ pathParameters: { serviceId: '1' } })
const SPEC: CallErrors = { endpoint: '/auth/token', type: 'tokenResponse', errors: 'json' }

const { codes: published } = load(
  'published-codes.json',
  z.looseObject({ codes: z.record(z.string(), z.array(z.string())) }),
)
const isPublished = (code: string) => Object.values(published).flat().includes(code)

const json = ({ response }: { response: { body: string } }) =>
  JSON.parse(response.body) as Record<string, unknown>
const isCallError = (reason: Reason) => typeof refusalRows()[reason][1] === 'number'
const statusOf = (reason: Reason) => {
  const action = refusalRows()[reason][1]
  return typeof action === 'number' ? action : HTTP_STATUS[action]
}

describe.each(['Basic', 'Bearer'] as const)('OAuth face with %s', (scheme) => {
  const answer = (reason: Reason, options = {}) => oauthRefusal(new Refusal(reason, options), scheme, HTTP)

  test('every refusal has the status of its action, its error and no more than a description', () => {
    for (const name of REASONS) {
      const { response, reason: logged } = answer(name, { named: 'X' })
      expect([logged, response.status]).toEqual([name, statusOf(name)])
      const { error, ...rest } = json({ response })
      expect(error, name).toBe(refusalRows()[name][2])
      expect(['[]', '["error_description"]'], name).toContain(JSON.stringify(Object.keys(rest)))
      expect(response.headers, name).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'application/json',
      })
      expect(JSON.stringify(response), name).not.toMatch(/mark|authlete|A\d{6}/)
    }
  })

  test('every invalid_client has one body, and so has every invalid_grant and invalid_token', () => {
    for (const error of ['invalid_client', 'invalid_grant', 'invalid_token']) {
      const bodies = REASONS.filter((reason) => refusalRows()[reason][2] === error).map(
        (reason) => answer(reason, { named: 'X' }).response.body,
      )
      expect(new Set(bodies)).toEqual(new Set([`{"error":"${error}"}`]))
    }
  })

  test('a 401 has a challenge if the request has an Authorization header', () => {
    for (const reason of REASONS.filter((name) => statusOf(name) === 401)) {
      const challenge =
        scheme === 'Basic' ? 'Basic realm="certbound"' : `Bearer error="${refusalRows()[reason][2]}"`
      expect(answer(reason).response.headers['www-authenticate']).toBe(challenge)
    }
  })

  test('an error that an honest client can mend is described, with its placeholder filled', () => {
    expect(json(answer('code-missing'))['error_description']).toBe(refusalRows()['code-missing'][3])
    expect(json(answer('grant-type-unsupported', { named: 'password' }))['error_description']).toBe(
      "This service does not support the grant_type 'password'.",
    )
  })
})

test('without an Authorization header a 401 challenges only at a protected resource', () => {
  for (const reason of REASONS.filter((name) => statusOf(name) === 401)) {
    const challenge = (scheme: 'Basic' | 'Bearer') =>
      oauthRefusal(new Refusal(reason), scheme, httpRequest()).response.headers['www-authenticate']
    expect(challenge('Basic')).toBeUndefined()
    expect(challenge('Bearer')).toBe(`Bearer error="${refusalRows()[reason][2]}"`)
  }
})

test('a protected resource challenges also with 400 and 403, and names the scopes that would have been enough', () => {
  const missing = oauthRefusal(new Refusal('token-missing'), 'Bearer', HTTP)
  expect(missing.response.headers['www-authenticate']).toBe('Bearer error="invalid_request"')
  const scope = oauthRefusal(new Refusal('token-scopeless', { challenge: { scope: 'a b' } }), 'Bearer', HTTP)
  expect(scope.response.headers['www-authenticate']).toBe('Bearer error="insufficient_scope",scope="a b"')
})

test('client authentication challenges only with 401', () => {
  for (const reason of REASONS.filter((name) => statusOf(name) !== 401)) {
    expect(oauthRefusal(new Refusal(reason), 'Basic', HTTP).response.headers).not.toHaveProperty(
      'www-authenticate',
    )
  }
})

test.each([
  ['method-wrong', { allow: 'POST' }],
  ['internal', { 'x-request-id': 'request-1' }],
  ['unavailable', { 'x-request-id': 'request-1', 'retry-after': '1' }],
] as const)('%s has %j on both faces', (reason, headers) => {
  const refusal = new Refusal(reason, { named: 'POST' })
  expect(oauthRefusal(refusal, 'Basic', HTTP).response.headers).toMatchObject(headers)
  expect(webApiRefusal(refusal, SPEC, HTTP).response.headers).toMatchObject(headers)
})

test('only a failure of our own is in the log with its cause', () => {
  const cause = new Error('why')
  for (const reason of REASONS) {
    const ours = refusalRows()[reason][1] === 'INTERNAL_SERVER_ERROR'
    for (const answer of [
      oauthRefusal(new Refusal(reason, { cause }), 'Basic', HTTP),
      webApiRefusal(new Refusal(reason, { cause }), SPEC, HTTP),
    ]) {
      if (!isCallError(reason)) expect(answer.failure).toBe(ours ? cause : undefined)
      expect(answer.response.body).not.toContain('why')
    }
  }
})

const call = (reason: Reason, options = {}, spec = SPEC, http = HTTP) =>
  webApiRefusal(new Refusal(reason, { named: 'X', ...options }), spec, http)

test('a refusal of the call has its status, its code and the path', () => {
  for (const reason of REASONS.filter(isCallError)) {
    const [resultCode, status] = refusalRows()[reason]
    const { response, outcome } = call(reason)
    const resultMessage = `[${resultCode}] /auth/token, ${new Refusal(reason, { named: 'X' }).description}`
    expect([response.status, outcome], reason).toEqual([status, status])
    expect(json({ response })).toEqual({ resultCode, resultMessage })
  }
})

test('a refusal of the request in a call is 200', () => {
  for (const reason of REASONS.filter((name) => !isCallError(name))) {
    const [resultCode, action, error] = refusalRows()[reason]
    const { response } = call(reason)
    expect(response.status, reason).toBe(200)
    const resultMessage = `[${resultCode}] ${new Refusal(reason, { named: 'X' }).description}`
    const { responseContent, ...envelope } = json({ response })
    expect(envelope).toEqual({ type: 'tokenResponse', resultCode, resultMessage, action })
    expect(JSON.parse(String(responseContent))).toEqual({
      error_description: resultMessage,
      error,
      ...(isPublished(resultCode) ? { error_uri: `https://docs.authlete.com/#${resultCode}` } : {}),
    })
  }
})

test('a 401 of the Web API names the scheme of its version', () => {
  for (const reason of REASONS.filter((name) => refusalRows()[name][1] === 401)) {
    expect(call(reason).response.headers['www-authenticate']).toBe('Basic realm="certbound"')
    expect(call(reason, {}, SPEC, V3).response.headers['www-authenticate']).toBe('Bearer')
  }
  expect(call('client-unknown').response.headers).not.toHaveProperty('www-authenticate')
})

test('introspection writes its errors as WWW-Authenticate values, with quotes that close', () => {
  const spec: CallErrors = { ...SPEC, errors: 'bearer' }
  for (const reason of REASONS.filter((name) => !isCallError(name))) {
    const [code, , error] = refusalRows()[reason]
    const message = `[${code}] ${new Refusal(reason, { named: 'X' }).description}`
    const page = isPublished(code) ? `,error_uri="https://docs.authlete.com/#${code}"` : ''
    expect(json(call(reason, {}, spec))['responseContent']).toBe(
      `Bearer error="${error}",error_description="${message}"${page}`,
    )
  }
  expect(json(call('token-scopeless', { challenge: { scope: 'a b' } }, spec))['responseContent']).toMatch(
    /,scope="a b"$/,
  )
})

test('an authorization error that may go to the client is a LOCATION', () => {
  const redirect = ({ error, error_description: message = '' }: ErrorMembers) =>
    ({ action: 'LOCATION', responseContent: `https://client.example.org/cb?${error}&${message}` }) as const
  const answer = call('response-type-unsupported', { redirect })
  expect(answer.outcome).toBe('LOCATION')
  expect(json(answer)).toMatchObject({
    action: 'LOCATION',
    resultCode: 'A009305',
    responseContent: `https://client.example.org/cb?unsupported_response_type&[A009305] ${refusalRows()['response-type-unsupported'][3]}`,
  })
})

test('members of the refusal come before those of the route', () => {
  const spec: CallErrors = { ...SPEC, members: { existent: false, usable: false } }
  expect(json(call('token-unknown', {}, spec))).toMatchObject({ existent: false, usable: false })
  expect(json(call('token-expired', { members: { existent: true } }, spec))).toMatchObject({
    existent: true,
    usable: false,
  })
})
