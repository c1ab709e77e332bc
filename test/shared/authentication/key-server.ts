import { generateKeyPairSync } from 'node:crypto'
import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Internet } from '../../../shared/runtime/internet.ts'
import { type JwksFault, JwksUnavailable } from '../../../shared/authentication/fetch-jwks.ts'
import { builtCertificate, element } from '../../support/built-certificate.ts'
import { afterAll, beforeEach } from 'vitest'

/** No resolver but the test's own knows it. */
export const HOST = 'keys.example.test'
const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 }

export type KeyServer = Awaited<ReturnType<typeof startKeyServer>>

/** A client's server for its JWK Set. The test sets its answer, and it counts the requests. */
async function startKeyServer() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = { oid: '2.5.29.17', value: element(0x30, element(0x82, HOST)) }
  const der = await builtCertificate({ publicKey, signedWith: privateKey, extensions: [names] })
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })

  const seen = { connections: 0, requests: [] as string[], hosts: [] as unknown[], lookups: [] as string[] }
  const sockets = new Set<Socket>()
  const state = { answer: answerWith('{"keys":[]}') }
  const server = createServer({ cert, key }, (request, response) => {
    seen.requests.push(request.url ?? '')
    seen.hosts.push([request.headers.host, (request.socket as TLSSocket).servername])
    state.answer(request, response)
  })
  server.on('connection', (socket: Socket) => {
    seen.connections += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const internet: Internet = {
    resolve: (hostname) => {
      seen.lookups.push(hostname)
      return Promise.resolve([LOOPBACK])
    },
    isAllowed: (address) => address === LOOPBACK.address,
    limitMilliseconds: 10_000,
    ca: cert,
  }
  return {
    port,
    uri: `https://${HOST}:${port}/jwks`,
    seen,
    state,
    internet,
    /** Every connection has ended. */
    quiet: () => Promise.all(Array.from(sockets, (socket) => once(socket, 'close'))),
    reset: () => {
      Object.assign(seen, { connections: 0, requests: [], hosts: [], lookups: [] })
      state.answer = answerWith('{"keys":[]}')
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The server of one test file, to be opened at its top: before each test it is as it started. */
export async function testKeyServer(): Promise<KeyServer> {
  const server = await startKeyServer()
  beforeEach(server.reset)
  afterAll(server.close)
  return server
}

export function answerWith(body: string | Buffer, status = 200, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }
}

/** Why a fetch has failed. */
export async function reasonFor(outcome: Promise<unknown>): Promise<JwksFault | undefined> {
  try {
    await outcome
    return undefined
  } catch (error) {
    if (error instanceof JwksUnavailable) return error.reason
    throw error
  }
}
