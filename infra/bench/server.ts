import { createServer } from 'node:https'
import { localRuntime, MTLS_DOMAIN } from '../emulator/local-runtime.ts'
import { deployedFunctions } from '../emulator/site/deployed-functions.ts'
import { mutualTlsEdge } from '../emulator/edge/edge.ts'
import { listen } from '../connections/listen.ts'
import { type MutualTls, mutualTlsOptions } from '../connections/mutual-tls.ts'
import { readTruststore } from '../truststore/truststore.ts'
import { argument, report } from './child.ts'
import type { Format } from './cases.ts'

export interface ServerArgument {
  readonly endpoint: string
  /** PEM of the server's certificate and its key. */
  readonly cert: string
  readonly key: string
  readonly truststoreFile: string
  /** Service of each format. */
  readonly services: Readonly<Record<Format, number>>
}

/** Ports of the echo and of the edge in front of each service. */
export type ServerReady = Readonly<Record<Format | 'echo', number>>

const { endpoint, truststoreFile, services, ...identity } = argument() as ServerArgument
const tls = { ...identity, truststore: await readTruststore(truststoreFile) }
const runtime = await localRuntime(endpoint, services.opaque)
report({
  echo: await listenForEcho(tls),
  opaque: await listenFor(services.opaque),
  JWT: await listenFor(services.JWT),
} satisfies ServerReady)

/** The least that an answer over mutual TLS costs: it reads the body to its end, and answers its length. */
async function listenForEcho(tls: MutualTls): Promise<number> {
  const options = { ...mutualTlsOptions(tls), rejectUnauthorized: true }
  const server = createServer(options, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const body = Buffer.from(JSON.stringify({ length: Buffer.concat(chunks).length }))
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    })
  })
  return (await listen(server)).port
}

async function listenFor(serviceId: number): Promise<number> {
  const routes = deployedFunctions({ ...runtime, settings: { ...runtime.settings, serviceId } })
  const edge = await mutualTlsEdge({ ...MTLS_DOMAIN, ...tls, routes, onError: console.error })
  return edge.port
}
