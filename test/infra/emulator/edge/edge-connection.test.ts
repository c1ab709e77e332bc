import { constants, createPrivateKey, X509Certificate } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import { Agent } from 'node:https'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { mutualTlsEdge, plainEdge, plainTlsEdge } from '../../../../infra/emulator/edge/edge.ts'
import { echoSite, edge, overAgent } from './edge-fixture.ts'
import { converse, freshKey, identity, vector } from '../tls-client.ts'

const BOTH_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

test('the edge refuses a handshake below TLS 1.2', async () => {
  const { port } = await edge('ca-root', 'ca-issuing')
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const { said, error } = await converse(port, { ...identity('client-ec-p256'), ...old })
  expect(said).toBe('')
  expect(error?.code).toMatch(/^ERR_SSL_/)
})

test.each(BOTH_VERSIONS)(
  'a handshake fails when it is signed with another key than the one of the certificate (%s)',
  async (version) => {
    const { port, events } = await edge('ca-root', 'ca-issuing')
    const tls = { cert: vector('client-ec-p256'), minVersion: version, maxVersion: version }
    const forged = await converse(port, { ...tls, key: keyWith(freshScalar(), 'client-ec-p256') })
    expect(forged).toMatchObject({
      said: '',
      error: { code: expect.stringMatching('ALERT_DECRYPT_ERROR') as string },
    })
    expect(events).toEqual([])

    const own = await converse(port, {
      ...tls,
      key: keyWith(scalarOf(vector('client-ec-p256.test-key')), 'client-ec-p256'),
    })
    expect(own.said).toContain('let in')
  },
)

test.each(
  BOTH_VERSIONS.flatMap((version) => [
    { version, kind: 'ticket', secureOptions: 0 },
    { version, kind: 'session id', secureOptions: constants.SSL_OP_NO_TICKET },
  ]),
)('the edge resumes no session: $version, $kind', async ({ version, secureOptions }) => {
  const { port, events } = await edge('ca-root', 'ca-issuing')
  const tls = { minVersion: version, maxVersion: version, secureOptions }
  const first = await converse(port, { ...tls, ...identity('client-ec-p256') })
  expect(first.said).toContain('let in')

  const second = await converse(port, { ...tls, ...(first.session && { session: first.session }) })
  expect(second).toMatchObject({ said: '', reused: false })
  expect(events).toHaveLength(1)
})

test('a connection cannot be renegotiated', async () => {
  const { port } = await edge('ca-root', 'ca-issuing')
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
    ...identity('client-ec-p256'),
  })
  onTestFinished(() => {
    socket.destroy()
  })
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  const refusal = new Promise((resolve) => {
    socket.once('error', resolve)
    socket.renegotiate({}, resolve)
  })
  expect(await refusal).toBeInstanceOf(Error)
})

/** Where an EC private key of P-256 holds its scalar (RFC 5915). */
const SCALAR = { start: 7, end: 39 }

function sec1(pem: string): Buffer {
  return createPrivateKey(pem).export({ type: 'sec1', format: 'der' })
}

function scalarOf(pem: string): Buffer {
  return sec1(pem).subarray(SCALAR.start, SCALAR.end)
}

function freshScalar(): Buffer {
  return scalarOf(freshKey())
}

/** A private key with the public point of a certificate. OpenSSL compares only the point when it loads the two. */
function keyWith(scalar: Buffer, name: string): string {
  const own = sec1(vector(`${name}.test-key`))
  const der = Buffer.concat([own.subarray(0, SCALAR.start), scalar, own.subarray(SCALAR.end)])
  return `-----BEGIN EC PRIVATE KEY-----\n${der.toString('base64')}\n-----END EC PRIVATE KEY-----\n`
}

test('a port in use is named in one line, with its option', async () => {
  const { port } = await edge('ca-root')
  const busy = { ...echoSite(), port }
  const server = identity('server-localhost')
  const second = mutualTlsEdge({ ...busy, ...server, truststore: [new X509Certificate(vector('ca-root'))] })
  await expect(second).rejects.toThrow(`port ${port} is in use: choose another with --mtls-port`)
  const tls = plainTlsEdge({ ...busy, ...server })
  await expect(tls).rejects.toThrow(`port ${port} is in use: choose another with --plain-port`)
  await expect(plainEdge(busy)).rejects.toThrow(`port ${port} is in use: choose another with --api-port`)
})

test('close ends kept-alive connections and half-made handshakes', async () => {
  const { port, close } = await edge('ca-root', 'ca-issuing')
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, ...identity('client-ec-p256') })
  onTestFinished(() => {
    agent.destroy()
  })
  await overAgent(port, agent)
  const silent = connectTcp(port, '127.0.0.1')
  await new Promise((resolve) => silent.once('connect', resolve))
  const ended = new Promise((resolve) => silent.once('close', resolve).once('error', resolve))

  await close()
  await ended
  await expect(overAgent(port, agent)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/)
})

test('close may be called twice', async () => {
  const { close } = await edge('ca-root')
  await close()
  await expect(close()).resolves.toBeUndefined()
})
