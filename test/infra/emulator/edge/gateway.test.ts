import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { LambdaHandler } from '../../../../infra/emulator/edge/route-match.ts'
import { served } from './edge-fixture.ts'
import { send } from '../tls-client.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const BODY_LIMIT_BYTES = 6_291_456

test('the client gets what the handler returned', async () => {
  const { port } = await served(() =>
    Promise.resolve({ statusCode: 401, headers: { 'www-authenticate': 'Basic' }, body: 'nö' }),
  )
  const response = await fetch(`http://127.0.0.1:${port}/token`)
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Basic')
  expect(response.headers.get('content-length')).toBe('3')
  expect(await response.text()).toBe('nö')
})

test('a body that the handler marks as base64 is decoded', async () => {
  const { port } = await served(() =>
    Promise.resolve({ statusCode: 200, body: 'bsO2', isBase64Encoded: true }),
  )
  expect(await send(port, { path: '/token' })).toEqual({ status: 200, body: 'nö' })
})

test('a 204 has no content-length', async () => {
  const { port } = await served(() => Promise.resolve({ statusCode: 204 }))
  expect((await fetch(`http://127.0.0.1:${port}/token`)).headers.has('content-length')).toBe(false)
})

test.each<[string, LambdaHandler]>([
  ['throws', () => Promise.reject(new Error('secret detail'))],
  ['answers nothing', () => Promise.resolve(undefined)],
  ['forgets the status', () => Promise.resolve({ body: '{"active":true}' })],
  ['answers a status that is not an integer', () => Promise.resolve({ statusCode: '200' })],
  ['answers a status that HTTP does not have', () => Promise.resolve({ statusCode: 42 })],
  [
    'answers a header that cannot be sent',
    () => Promise.resolve({ statusCode: 200, headers: { a: 'b\r\nc: d' } }),
  ],
])('the client gets a bare 500 when the handler %s, and the error is reported', async (_name, handler) => {
  const { port, errors } = await served(handler)
  expect(await send(port, { path: '/token' })).toEqual({
    status: 500,
    body: '{"message":"Internal Server Error"}',
  })
  expect(errors).toEqual([expect.any(Error)])
})

test.each([
  '/',
  '/token/',
  '/Token',
  '/api//auth/token',
  '/api/%/auth/token',
  '/api/%7BserviceId%7D',
  '/other',
])('a path without a route gets 404: %s', async (path) => {
  const { port } = await served(() => Promise.resolve({ statusCode: 200 }))
  expect(await send(port, { path, method: 'POST', body: 'a=b' })).toEqual({
    status: 404,
    body: '{"message":"Not Found"}',
  })
})

const reached = () => Promise.resolve({ statusCode: 200, body: 'reached' })

test.each([
  { over: 0, status: 200, body: 'reached' },
  { over: 1, status: 413, body: '{"message":"Request Too Long"}' },
  { over: BODY_LIMIT_BYTES, status: 413, body: '{"message":"Request Too Long"}' },
])('a body $over bytes above 6 MB gets $status', async ({ over, ...expected }) => {
  const { port } = await served(reached)
  const body = Buffer.alloc(BODY_LIMIT_BYTES + over)
  expect(await send(port, { path: '/token', method: 'POST', headers: JSON_TYPE, body })).toEqual(expected)
})

test.each([
  { length: 9_000, status: 200 },
  { length: 10_240, status: 431 },
])('a header of $length bytes gets $status', async ({ length, status }) => {
  const { port } = await served(reached)
  expect((await send(port, { path: '/token', headers: { 'x-long': 'a'.repeat(length) } })).status).toBe(
    status,
  )
})

test('a request that breaks off reaches no handler and does not count as an error', async () => {
  const { port, errors } = await served(reached)
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf')
  socket.end()
  await once(socket.resume(), 'close')
  expect((await send(port, { path: '/token' })).body).toBe('reached')
  expect(errors).toEqual([])
})
