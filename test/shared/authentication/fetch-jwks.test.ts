import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { Internet } from '../../../shared/runtime/internet.ts'
import { fetchJwks } from '../../../shared/authentication/fetch-jwks.ts'
import { answerWith, HOST, reasonFor, testKeyServer } from './key-server.ts'

const server = await testKeyServer()

const fetch = (changed: Partial<Internet> = {}, uri = server.uri) =>
  fetchJwks(uri, { ...server.internet, ...changed })
/** Long enough for a server that answers, also on a busy machine that has just started. */
const IMPATIENT = { limitMilliseconds: 300 }

test('a set is fetched under the name of the host', async () => {
  server.state.answer = answerWith('{"keys":[{"kty":"EC","kid":"é"}],"more":1}')
  expect(await fetch()).toEqual({ keys: [{ kty: 'EC', kid: 'é' }], more: 1 })
  expect(server.seen).toEqual({
    connections: 1,
    requests: ['/jwks'],
    hosts: [[`${HOST}:${server.port}`, HOST]],
    lookups: [HOST],
  })
  await server.quiet()
})

test.each([301, 302, 303, 307, 308])('a redirect with status %i is not followed', async (status) => {
  server.state.answer = answerWith('{"keys":[]}', status, { location: '/elsewhere' })
  expect(await reasonFor(fetch())).toBe('status')
  expect(server.seen.requests).toEqual(['/jwks'])
})

test.each([201, 204, 206, 304, 400, 404, 500, 503])('no set is taken with status %i', async (status) => {
  server.state.answer = answerWith(status === 204 || status === 304 ? '' : '{"keys":[]}', status)
  expect(await reasonFor(fetch())).toBe('status')
})

test('the end of an unwanted answer is not waited for', async () => {
  server.state.answer = (_request, response) => response.writeHead(500).write('and')
  expect(await reasonFor(fetch())).toBe('status')
  await server.quiet()
})

test.each([
  ['nothing', ''],
  ['no JSON', '<html></html>'],
  ['no object', '[]'],
  ['no keys', '{}'],
  ['keys that are not a list', '{"keys":{}}'],
  ['a key that is not an object', '{"keys":["a"]}'],
  ['a member twice', '{"keys":[],"keys":[{}]}'],
  ['bytes that are not UTF-8', Buffer.from('7b226b657973223a5b5d2c2261223a22ff227d', 'hex')],
])('no set of %s is taken', async (_name, body) => {
  server.state.answer = answerWith(body)
  expect(await reasonFor(fetch())).toBe('not-a-jwk-set')
})

test('64 KiB are taken, and not a byte more', async () => {
  server.state.answer = answerWith('{"keys":[]}'.padEnd(65_536))
  expect(await fetch()).toEqual({ keys: [] })
  server.state.answer = answerWith('{"keys":[]}'.padEnd(65_537))
  expect(await reasonFor(fetch())).toBe('too-large')
})

test('a connection to a server that sends 10 MB is closed early', async () => {
  let written = 0
  server.state.answer = (_request, response) => {
    response.writeHead(200)
    const more = () => {
      while (!response.destroyed && written < 10_000_000) {
        written += 16_384
        if (!response.write(' '.repeat(16_384))) return response.once('drain', more)
      }
      return response.end()
    }
    more()
  }
  expect(await reasonFor(fetch())).toBe('too-large')
  await server.quiet()
  expect(written).toBeLessThan(10_000_000)
})

test.each([
  ['never answers', () => undefined],
  [
    'stops after the headers',
    (_request: unknown, response: { writeHead: (status: number) => { flushHeaders: () => void } }) =>
      response.writeHead(200).flushHeaders(),
  ],
  [
    'stops in the middle',
    (_request: unknown, response: { write: (text: string) => void }) => response.write('{"keys":['),
  ],
])('a server that %s is given up after the limit', async (_name, answer) => {
  server.state.answer = answer
  expect(await reasonFor(fetch(IMPATIENT))).toBe('timeout')
  await server.quiet()
})

test('a server that accepts connections and sends nothing is given up', async () => {
  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  expect(await reasonFor(fetch(IMPATIENT, `https://${HOST}:${port}/`))).toBe('timeout')
  silent.close()
  await once(silent, 'close')
})

test('a resolver that does not answer is given up after the limit', async () => {
  const resolve = () => new Promise<never>(() => undefined)
  expect(await reasonFor(fetch({ ...IMPATIENT, resolve }))).toBe('timeout')
  expect(server.seen.connections).toBe(0)
})

test.each([
  [
    'closes the connection at once',
    (request: { socket: { destroy: () => void } }) => request.socket.destroy(),
  ],
  [
    'closes the connection in the middle',
    (
      request: { socket: { destroy: () => void } },
      response: { write: (text: string, done: () => void) => void },
    ) => response.write('{"keys":[', () => request.socket.destroy()),
  ],
  [
    'changes the protocol',
    (request: { socket: { end: (text: string) => void } }) =>
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  ],
  [
    'does not speak HTTP',
    (request: { socket: { end: (text: string) => void } }) => request.socket.end('SSH-2.0-x\r\n'),
  ],
])('a server that %s counts as unreachable', async (_name, answer) => {
  server.state.answer = answer
  expect(await reasonFor(fetch())).toBe('unreachable')
})

test('a name that does not resolve is given up', async () => {
  const unknown = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))
  expect(await reasonFor(fetch({ resolve: unknown }))).toBe('unreachable')
  expect(await reasonFor(fetch({ resolve: () => Promise.resolve([]) }))).toBe('unreachable')
})

test('only certificates of the authorities are trusted, and only for the name', async () => {
  expect(await reasonFor(fetch({ ca: undefined }))).toBe('unreachable')
  expect(await reasonFor(fetch({}, `https://other.example.test:${server.port}/`))).toBe('unreachable')
  expect(server.seen.requests).toEqual([])
})

test('the error has nothing of the answer', async () => {
  server.state.answer = answerWith('{"secret":"inner words"}')
  const error: unknown = await fetch().catch((thrown: unknown) => thrown)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('inner words')
})
