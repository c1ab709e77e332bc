import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../../infra/connections/listen.ts'
import { Connections } from '../../../../shared/dynamodb/lean/connections.ts'

const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${String(text.length)}\r\n\r\n${text}`

/** The action of a server when a request comes over its connection of this number, as its request of this number. */
type Act = (socket: Socket, connection: number, request: number) => void

const answerByNumber: Act = (socket, connection) => socket.write(answer(String(connection)))

function serving(act: Act = answerByNumber) {
  const opened: Socket[] = []
  const server = createServer((socket) => {
    const connection = opened.push(socket)
    let requests = 0
    socket.on('error', () => undefined)
    socket.on('data', () => act(socket, connection, ++requests))
  })
  return { server, opened }
}

/** Connections of a process that Lambda can stop: its clock goes on. */
async function connectionsTo(server: Server, port?: number) {
  const listening = await listen(server, port)
  onTestFinished(listening.close)
  return connectionsAt(listening.port)
}

function connectionsAt(port: number) {
  const clock = { now: 1_000_000 }
  const limits = { connecting: 2000, answering: 2000, idle: 50_000 }
  const connections = new Connections(new URL(`http://127.0.0.1:${port}`), limits, () => clock.now)
  onTestFinished(() => connections.close())
  return { clock, connections, exchange: () => exchangeOver(connections) }
}

const exchangeOver = async (connections: Connections) =>
  (await connections.exchange('content-length:2\r\n', '{}')).body.toString()

describe('a connection that is opened before the first request', () => {
  test('is taken by the first request when it is open, and by the next ones', async () => {
    const { server, opened } = serving()
    const { connections, exchange } = await connectionsTo(server)
    const connected = once(server, 'connection')
    connections.openEarly()
    await connected
    expect([await exchange(), await exchange()]).toEqual(['1', '1'])
    expect(opened).toHaveLength(1)
  })

  test('is taken by the first of two requests while it is being opened', async () => {
    const { server, opened } = serving()
    const { connections, exchange } = await connectionsTo(server)
    connections.openEarly()
    expect(await Promise.all([exchange(), exchange()])).toEqual(expect.arrayContaining(['1', '2']))
    expect(opened).toHaveLength(2)
  })

  test.each<[string, (socket: Socket) => unknown]>([
    ['FIN', (socket) => socket.end()],
    ['RST', (socket) => socket.resetAndDestroy()],
  ])('is replaced at once if it ends with %s at the first request', async (_how, end) => {
    const { server } = serving((socket, connection, request) =>
      connection === 1 ? end(socket) : answerByNumber(socket, connection, request),
    )
    const { connections, exchange } = await connectionsTo(server)
    connections.openEarly()
    expect(await exchange()).toBe('2')
  })

  test('is replaced at once if it ended before the first request', async () => {
    const { server, opened } = serving()
    const { connections, exchange } = await connectionsTo(server)
    const connected = once(server, 'connection')
    connections.openEarly()
    await connected
    opened[0]?.resetAndDestroy()
    expect(await exchange()).toBe('2')
  })

  test('is not used if it has idled for too long when the first request comes', async () => {
    const { server, opened } = serving()
    const { clock, connections, exchange } = await connectionsTo(server)
    const connected = once(server, 'connection')
    connections.openEarly()
    await connected
    // The client takes part in this loop, so it has the connection by now as well.
    await new Promise(setImmediate)
    const closed = opened[0] && once(opened[0].resume(), 'close')
    clock.now += 50_000
    expect(await exchange()).toBe('2')
    await closed
  })

  test('is not missed by the first request if it was refused', async () => {
    const { port, close } = await listen(createServer())
    await close()
    const { connections, exchange } = connectionsAt(port)
    connections.openEarly()
    const { server } = serving()
    // The refusal comes while the server begins to listen.
    const listening = await listen(server, port)
    onTestFinished(listening.close)
    expect(await exchange()).toBe('1')
  })

  test('does not keep a process alive that makes no request', async () => {
    const { server } = serving(() => undefined)
    const { port, close } = await listen(server)
    onTestFinished(close)
    const module = JSON.stringify(
      new URL('../../../../shared/dynamodb/lean/connections.ts', import.meta.url).href,
    )
    const script = `import { Connections } from ${module}
      new Connections(new URL('https://127.0.0.1:${port}'), { connecting: 60_000 }, Date.now).openEarly()`
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: 20_000,
    })
  })
})

describe('a connection that was used before', () => {
  const endingAt =
    (end: (socket: Socket) => unknown): Act =>
    (socket, connection, request) =>
      connection === 1 && request === 2 ? end(socket) : answerByNumber(socket, connection, request)

  test.each<[string, (socket: Socket) => unknown]>([
    ['FIN', (socket) => socket.end()],
    ['RST', (socket) => socket.resetAndDestroy()],
  ])('is replaced at once if it ends with %s before any byte of an answer', async (_how, end) => {
    const { server } = serving(endingAt(end))
    const { exchange } = await connectionsTo(server)
    expect([await exchange(), await exchange()]).toEqual(['1', '2'])
  })

  test('is replaced at once, although others were open beside it, and these are not used either', async () => {
    const { server, opened } = serving(endingAt((socket) => socket.resetAndDestroy()))
    const { exchange } = await connectionsTo(server)
    expect((await Promise.all([exchange(), exchange()])).sort()).toEqual(['1', '2'])
    const both = await Promise.all([exchange(), exchange()])
    expect(both).toContain('3')
    expect(opened.length).toBeLessThanOrEqual(4)
  })

  test('is not replaced if it ends within an answer', async () => {
    const half = answer('whole').slice(0, -2)
    const { server, opened } = serving(endingAt((socket) => socket.end(half)))
    const { exchange } = await connectionsTo(server)
    await exchange()
    await expect(exchange()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(opened).toHaveLength(1)
  })

  test.each([50_000, 3_600_000, -1])(
    'is closed and not used after %i ms without a request',
    async (passed) => {
      // A peer that has gone without a sign answers nothing.
      const { server, opened } = serving(endingAt(() => undefined))
      const { clock, exchange } = await connectionsTo(server)
      expect(await exchange()).toBe('1')
      const closed = opened[0] && once(opened[0], 'close')
      clock.now += passed
      expect(await exchange()).toBe('2')
      await closed
    },
  )

  test('is used again within its time', async () => {
    const { server } = serving()
    const { clock, exchange } = await connectionsTo(server)
    await exchange()
    clock.now += 49_999
    expect(await exchange()).toBe('1')
  })
})

test('a new connection that ends without an answer is not replaced', async () => {
  const { server, opened } = serving((socket) => socket.end())
  const { exchange } = await connectionsTo(server)
  await expect(exchange()).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(opened).toHaveLength(1)
})
