import { expect, test } from 'vitest'
import { ENDPOINTS } from '../../../infra/reference/endpoints.ts'
import { faultIn } from '../../support/checked-answers.ts'
import { ROUTES } from '../../support/gateway.ts'

test('the table of endpoints has every endpoint, and nothing else', () => {
  const endpoints = new Set(Object.values(ROUTES).map(({ endpoint }) => endpoint))
  expect(new Set(Object.keys(ENDPOINTS))).toEqual(endpoints)
})

const ANSWER = {
  type: 'introspectionResponse',
  resultCode: 'A056001',
  resultMessage: '[A056001] The access token is valid.',
  action: 'OK',
  responseContent: 'Bearer error="invalid_request"',
  existent: true,
  usable: true,
  sufficient: true,
  refreshable: false,
  clientId: 1001,
  clientIdAliasUsed: false,
  expiresAt: 1_591_936_228_000,
  grantType: 'CLIENT_CREDENTIALS',
  scopes: ['read'],
}

const fault = (template: string, body: object | string, statusCode = 200) => {
  const route = ROUTES[template]
  if (route === undefined) throw new Error(`no route ${template}`)
  return faultIn(
    {
      statusCode,
      headers: {},
      body: typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
    },
    route,
  )
}

test('an answer that fits its schema has no fault', () => {
  expect(fault('/api/auth/introspection', ANSWER)).toBeUndefined()
  expect(fault('/token', { error: 'invalid_client' }, 401)).toBeUndefined()
  expect(fault('/api/client/delete/{clientId}', '', 204)).toBeUndefined()
})

test.each([
  ['a member that is not in the schema', { ...ANSWER, secret: 'x' }],
  ['an empty list', { ...ANSWER, scopes: [] }],
  ['null for an absent member', { ...ANSWER, subject: null }],
  ['a number as a string', { ...ANSWER, clientId: '1001' }],
  ['a fraction of a millisecond', { ...ANSWER, expiresAt: 1.5 }],
  ['an action of another endpoint', { ...ANSWER, action: 'INTERACTION' }],
  ['a refusal without its flags', { ...ANSWER, action: 'UNAUTHORIZED', existent: undefined }],
  ['no action', { ...ANSWER, action: undefined }],
])('an answer with %s has a fault', (_, answer) => {
  expect(fault('/api/auth/introspection', answer)).toBeTypeOf('string')
})

test('a missing setting is a fault even if the record has a default for it', () => {
  const metadata = { keys: [{ kty: 'EC', kid: '1', alg: 'ES256', use: 'sig', d: 'x' }] }
  expect(fault('/jwks', metadata)).toMatch(/^the schema has only/)
  expect(fault('/api/auth/token/get/list', LISTED)).toBeUndefined()
  const { clientType: _, ...client } = LISTED.client
  expect(fault('/api/auth/token/get/list', { ...LISTED, client })).toMatch(/^the schema has only/)
})

const LISTED = {
  start: 0,
  end: 5,
  totalCount: 0,
  client: { clientId: 1001, clientIdAliasEnabled: false, clientType: 'PUBLIC' },
  accessTokens: [],
}

test('the JSON in responseContent must fit its schema too', () => {
  const refusal = {
    type: 'revocationResponse',
    resultCode: 'A116301',
    resultMessage: '[A116301] The presented token has not been issued to the client.',
    action: 'BAD_REQUEST',
  }
  const answered = (content: object) =>
    fault('/api/auth/revocation', { ...refusal, responseContent: JSON.stringify(content) })
  expect(answered({ error: 'invalid_request' })).toBeUndefined()
  expect(answered({ error: 'invalid_request', state: 'x' })).toBeTypeOf('string')
})

test('an error about the call has two members, and 200 in place of 204 is a fault', () => {
  const error = {
    resultCode: 'A001202',
    resultMessage: '[A001202] /auth/token, Authorization header is missing.',
  }
  expect(fault('/api/auth/token', error, 401)).toBeUndefined()
  expect(fault('/api/auth/token', { ...error, action: 'BAD_REQUEST' }, 400)).toBeTypeOf('string')
  expect(fault('/api/client/delete/{clientId}', {})).toBeTypeOf('string')
})
