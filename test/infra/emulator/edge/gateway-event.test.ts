import { readFileSync } from 'node:fs'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { expect, test } from 'vitest'
import { served } from './edge-fixture.ts'
import { send, type Message } from '../tls-client.ts'

const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }

/** The event that a request becomes. */
async function eventOf(message: Message): Promise<APIGatewayProxyEventV2> {
  const events: unknown[] = []
  const { port } = await served((event) => {
    events.push(event)
    return Promise.resolve({ statusCode: 204 })
  })
  expect(await send(port, { path: '/token', ...message })).toEqual({ status: 204, body: '' })
  expect(events).toHaveLength(1)
  return events[0] as APIGatewayProxyEventV2
}

function shape(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]))
}

test('an event has the members and types of a recorded event of API Gateway', async () => {
  const recorded = JSON.parse(
    readFileSync(new URL('../../../events/httpapi-v2-plain.json', import.meta.url), 'utf8'),
  ) as APIGatewayProxyEventV2
  const event = await eventOf({
    method: 'POST',
    headers: { ...FORM_TYPE, accept: '*/*', 'user-agent': 'test' },
    body: 'grant_type=client_credentials',
  })
  const { headers: recordedHeaders, ...expected } = recorded
  const { headers, ...rest } = event
  expect(shape(rest)).toEqual(shape(expected))
  const { 'x-amzn-trace-id': _trace, ...expectedHeaders } = recordedHeaders
  expect(Object.keys({ ...headers, connection: '' }).sort()).toEqual(
    [...Object.keys(expectedHeaders), 'connection'].sort(),
  )
})

test('an event names its domain, its API, its route and its source', async () => {
  const before = Date.now()
  const event = await eventOf({ method: 'PUT', headers: { 'user-agent': 'test/1' } })
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'ANY /token',
    rawPath: '/token',
    rawQueryString: '',
  })
  expect(event).not.toHaveProperty('pathParameters')
  expect(event).not.toHaveProperty('queryStringParameters')
  const { requestContext } = event
  expect(requestContext).toMatchObject({
    apiId: 'local',
    domainName: 'api.example.com',
    domainPrefix: 'api',
    routeKey: 'ANY /token',
    stage: '$default',
    http: {
      method: 'PUT',
      path: '/token',
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: 'test/1',
    },
  })
  expect(requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
  expect(requestContext.timeEpoch).toBeGreaterThanOrEqual(before)
  expect(requestContext.timeEpoch).toBeLessThanOrEqual(Date.now())
})

test('every event has a request id of its own', async () => {
  const ids = [await eventOf({}), await eventOf({})].map((event) => event.requestContext.requestId)
  expect(new Set(ids).size).toBe(2)
})

test('an event has the path as sent, and its parameters decoded', async () => {
  const event = await eventOf({ path: '/api/a%2Fb%20c/auth/token' })
  expect(event.pathParameters).toEqual({ serviceId: 'a/b c' })
  expect(event.rawPath).toBe('/api/a%2Fb%20c/auth/token')
  expect(event.routeKey).toBe('ANY /api/{serviceId}/auth/token')
})

test('an event has the query as sent, and the values of a repeated key joined', async () => {
  const event = await eventOf({ path: '/token?a=1&b=%20x?&a=2&constructor=' })
  expect(event.rawQueryString).toBe('a=1&b=%20x?&a=2&constructor=')
  expect(event.queryStringParameters).toEqual({ a: '1,2', b: ' x?', constructor: '' })
})

test('an event has the values of a repeated header joined by a comma, in any case of its name', async () => {
  const event = await eventOf({
    headers: { Authorization: ['Bearer a', 'Bearer b'], 'X-Mixed-Case': 'Kept' },
  })
  expect(event.headers).toMatchObject({ authorization: 'Bearer a,Bearer b', 'x-mixed-case': 'Kept' })
})

test('an event has x-forwarded headers of the connection, and none that the client sent', async () => {
  const event = await eventOf({
    headers: {
      'X-Forwarded-For': '203.0.113.9',
      'x-forwarded-proto': 'gopher',
      'x-forwarded-client-cert': 'Cert=x',
    },
  })
  expect(event.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
  expect(event.headers['x-forwarded-port']).toMatch(/^\d+$/)
  expect(event.headers).not.toHaveProperty('x-forwarded-client-cert')
})

test.each([
  'application/json',
  'Application/JSON; charset=utf-8',
  'application/xml',
  'application/javascript',
  'text/plain',
  'text/html;charset=utf-8',
])('a body of type %s comes as text', async (type) => {
  const event = await eventOf({ method: 'POST', headers: { 'content-type': type }, body: '{"ä":1}' })
  expect(event).toMatchObject({ body: '{"ä":1}', isBase64Encoded: false })
})

test.each([
  'application/x-www-form-urlencoded',
  'application/jwt',
  'application/json-seq',
  'x-text/plain',
  '',
])('a body of type "%s" comes in base64', async (type) => {
  const body = Buffer.from([0x61, 0xff, 0x00])
  const event = await eventOf({
    method: 'POST',
    headers: type === '' ? {} : { 'content-type': type },
    body,
  })
  expect(event).toMatchObject({ body: 'Yf8A', isBase64Encoded: true })
})

test('an event has no body when the request has none', async () => {
  const event = await eventOf({ method: 'POST', headers: FORM_TYPE })
  expect(event).not.toHaveProperty('body')
  expect(event.isBase64Encoded).toBe(false)
})
