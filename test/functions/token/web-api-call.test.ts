import { describe, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import type { Sent } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, BOUND, form, OWN, PUBLIC } from '../../support/walk.ts'

const walk = await testWalk()
const client = await walk.addClient(BASIC)

const APIS = [
  ['/auth/authorization', 'authorizationResponse'],
  ['/auth/authorization/issue', 'authorizationIssueResponse'],
  ['/auth/token', 'tokenResponse'],
  ['/auth/introspection', 'introspectionResponse'],
  ['/auth/introspection/standard', 'standardIntrospectionResponse'],
] as const

const JSON_TYPE = { 'content-type': 'application/json' }
const authorization = () => ({ authorization: `Bearer ${walk.secrets.manage}` })
const sendTo = (api: string, sent: Omit<Sent, 'route'>) =>
  walk.send({
    route: `/api/{serviceId}${api}`,
    pathParameters: { serviceId: walk.serviceId },
    ...sent,
    headers: { ...JSON_TYPE, ...authorization(), ...sent.headers },
  })

describe.each(APIS)('%s', (api, type) => {
  test('a call without its members is answered with 200, its type and what is missing', async () => {
    const { status, headers, json } = await walk.call(api, {})
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(json['type']).toBe(type)
    expect(json['resultMessage']).toMatch(/^\[A\d{6}\] /)
    expect(Object.values(json)).not.toContain(null)
  })
})

test.each([
  ['text', 'hello'],
  ['nothing', ''],
  ['half an object', '{"parameters":"a'],
  ['an array', '[{"parameters":"a=b"}]'],
  ['null', 'null'],
  ['a string', '"parameters"'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
])('a call with a body of %s is answered with 400', async (_name, body) => {
  const { status, json } = await sendTo('/auth/token', { body })
  expect([status, json]).toEqual([
    400,
    {
      resultCode: 'A001292',
      resultMessage: `[A001292] /auth/token, The request body is neither a JSON object nor a form.`,
    },
  ])
})

test('a call may have 256 KiB, and not a byte more', async () => {
  const body = (bytes: number) => `{"unknown":"${'x'.repeat(bytes - 14)}"}`
  expect((await sendTo('/auth/token', { body: body(256 * 1024) })).status).toBe(200)
  const { status, json } = await sendTo('/auth/token', { body: body(256 * 1024 + 1) })
  expect([status, json]).toEqual([
    400,
    { resultCode: 'A001293', resultMessage: `[A001293] /auth/token, The request body is too large.` },
  ])
})

const parameters = 'grant_type=client_credentials'

test.each([null, '', 0, undefined])('%j counts as left out in every member', async (absent) => {
  const inForm = await walk.addClient(PUBLIC)
  const call = { clientId: absent, clientSecret: absent, clientCertificate: absent }
  const named = { ...call, parameters: form({ grant_type: 'client_credentials', client_id: inForm.id }) }
  expect(outcome(await walk.call('/auth/token', named))).toBe('BAD_REQUEST A052301 unauthorized_client')
  expect(outcome(await walk.call('/auth/token', { ...call, parameters: absent }))).toBe(
    'BAD_REQUEST A047201 invalid_request',
  )
})

test('a member that nobody knows is left out, whatever it holds', async () => {
  const unset = {
    dpop: null,
    accessTokenDuration: 0,
    dpopNonceRequired: false,
    properties: null,
    x: { y: [1] },
  }
  const call = { ...unset, parameters, clientId: client.id, clientSecret: client.secret }
  expect(outcome(await walk.call('/auth/token', call))).toBe('OK A052001')
})

describe('the body', () => {
  const parameters = 'grant_type=client_credentials&scope=read'

  test("a body may escape what Java's JSON escapes", async () => {
    const body =
      `{"parameters":"${parameters.replaceAll('=', '\\u003d').replaceAll('&', '\\u0026')}",` +
      `"clientId":"${client.id}","clientSecret":"${client.secret}"}`
    expect(body).toContain('\\u003d')
    expect(outcome(await walk.call('/auth/token', body))).toBe('OK A052001')
  })

  test('a body may be a form with the same members', async () => {
    const bound = await walk.addClient(BASIC, BOUND)
    const body = form({
      parameters,
      clientId: bound.id,
      clientSecret: bound.secret,
      clientCertificate: OWN,
      dpop: '',
    })
    const headers = { ...authorization(), 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }
    const call = { pathParameters: { serviceId: walk.serviceId }, headers }
    const answer = await walk.send({ ...call, route: '/api/{serviceId}/auth/token', body })
    expect(outcome(answer)).toBe('OK A052001')
    const introspection = form({
      token: answer.json['accessToken'],
      scopes: 'read write',
      clientCertificate: OWN,
    })
    const sent = { ...call, route: '/api/{serviceId}/auth/introspection', body: introspection }
    expect(outcome(await walk.send(sent))).toBe('FORBIDDEN A064302 insufficient_scope')
  })

  test.each([
    ['a member twice', 'parameters=a&parameters=b'],
    ['a broken escape', 'parameters=%zz'],
    ['bytes that are not UTF-8', 'parameters=%ff'],
  ])('a form body with %s is refused', async (_name, body) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await sendTo('/auth/token', { headers, body })).json['resultCode']).toBe('A001292')
  })

  test('a JSON body needs no content type', async () => {
    const call = JSON.stringify({ parameters, clientId: client.id, clientSecret: client.secret })
    const answer = await sendTo('/auth/token', { headers: { 'content-type': [] }, body: call })
    expect(outcome(answer)).toBe('OK A052001')
  })
})
