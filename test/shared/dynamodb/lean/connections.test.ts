import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeIdentity } from '../../../../infra/connections/identity.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import { Connections } from '../../../../shared/dynamodb/lean/connections.ts'

const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${String(text.length)}\r\n\r\n${text}`
const HEADERS = 'content-length:2\r\n'

const LIMITS = { connecting: 2000, answering: 200 }

async function connectionsTo(server: Server, protocol = 'http:') {
  const { port, close } = await listen(server)
  onTestFinished(close)
  const connections = new Connections(new URL(`${protocol}//127.0.0.1:${port}`), LIMITS, Date.now)
  onTestFinished(() => connections.close())
  return async (name = '') => (await connections.exchange(`${HEADERS}name:${name}\r\n`, '{}')).body.toString()
}

test('an answer that comes after its limit is never taken for the answer to the next request', async () => {
  const opened: Socket[] = []
  const server = createServer((socket) => {
    opened.push(socket)
    socket.on('error', () => undefined)
    if (opened.length === 1) return
    socket.once('data', () => {
      opened[0]?.write(answer('the first'))
      socket.write(answer('the second'))
    })
  })
  const exchange = await connectionsTo(server)
  await expect(exchange()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(await exchange()).toBe('the second')
})

test('a connection whose answer does not come in time is closed', async () => {
  const closed: Promise<unknown>[] = []
  const server = createServer((socket) => closed.push(once(socket.resume(), 'close')))
  const exchange = await connectionsTo(server)
  await expect(exchange()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(closed).toHaveLength(1)
  await closed[0]
})

test('a connection on which an answer came that nobody asked for is not used again', async () => {
  const opened: Socket[] = []
  const server = createServer((socket) => {
    const name = `connection ${String(opened.push(socket))}`
    socket.on('data', () => socket.write(answer(name)))
  })
  const exchange = await connectionsTo(server)
  expect(await exchange()).toBe('connection 1')
  const ended = opened[0] && once(opened[0], 'close')
  opened[0]?.write(answer('unasked'))
  await ended
  expect(await exchange()).toBe('connection 2')
})

test('a connection that DynamoDB closes after its answer is not used again', async () => {
  let opened = 0
  const server = createServer((socket) => {
    const name = `connection ${String(++opened)}`
    socket.on('data', () => socket.write(answer(name).replace('\r\n', '\r\nConnection: Close\r\n')))
  })
  const exchange = await connectionsTo(server)
  expect([await exchange(), await exchange()]).toEqual(['connection 1', 'connection 2'])
})

test('requests at the same time have a connection each', async () => {
  const waiting: Socket[] = []
  const server = createServer((socket) => {
    socket.on('data', () => {
      if (waiting.push(socket) < 2) return
      waiting.reverse().forEach((other, i) => other.write(answer(String(i))))
    })
  })
  const exchange = await connectionsTo(server)
  expect(await Promise.all([exchange(), exchange()])).toEqual(expect.arrayContaining(['0', '1']))
})

test('each of many requests at the same time, over connections that were used before, gets its own answer', async () => {
  const server = createServer((socket) => {
    socket.on('data', (request) => {
      const name = /name:(\d+)/.exec(request.toString())?.[1] ?? ''
      setImmediate(() => socket.write(answer(name)))
    })
  })
  const exchange = await connectionsTo(server)
  for (let round = 0; round < 3; round++) {
    const names = Array.from({ length: 20 }, (_, i) => `${round}${i}`)
    expect(await Promise.all(names.map(exchange))).toEqual(names)
  }
})

describe('over TLS', () => {
  const notBefore = new Date()
  const times = { notBefore, notAfter: new Date(notBefore.getTime() + 3_600_000) }

  async function identities() {
    const ca = await makeIdentity({ profile: 'ca', commonName: 'Authority of a test', ...times })
    const issuer = { certificate: new X509Certificate(ca.cert), key: createPrivateKey(ca.key) }
    const server = await makeIdentity({ profile: 'server', commonName: 'localhost', ...times }, issuer)
    const nameless = await makeIdentity({ profile: 'client', commonName: 'nameless', ...times }, issuer)
    return { ca, server, nameless }
  }

  function trusted(certificate: string): void {
    const before = getCACertificates('default')
    setDefaultCACertificates([certificate])
    onTestFinished(() => setDefaultCACertificates(before))
  }

  const serving = ({ cert, key }: { cert: string; key: string }, reused: boolean[] = []) =>
    createTlsServer({ cert, key }, (socket) => {
      reused.push(socket.isSessionReused())
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write(answer('by TLS').replace('\r\n', '\r\nconnection: close\r\n')))
    })

  test('a server of a trusted authority is asked, and the second handshake resumes the session of the first', async () => {
    const { ca, server } = await identities()
    trusted(ca.cert)
    const reused: boolean[] = []
    const exchange = await connectionsTo(serving(server, reused), 'https:')
    expect([await exchange(), await exchange()]).toEqual(['by TLS', 'by TLS'])
    expect(reused).toEqual([false, true])
  })

  test('a server of another authority gets no request', async () => {
    const { server } = await identities()
    trusted((await identities()).ca.cert)
    const exchange = await connectionsTo(serving(server), 'https:')
    await expect(exchange()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  test('a server whose certificate has another name gets no request', async () => {
    const { ca, nameless } = await identities()
    trusted(ca.cert)
    const exchange = await connectionsTo(serving(nameless), 'https:')
    await expect(exchange()).rejects.toThrow()
  })
})
