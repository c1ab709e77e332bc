import { createServer } from 'node:https'
import { localRuntime, MTLS_DOMAIN } from '../emulator/local-runtime.ts'
import { deployedFunctions } from '../emulator/site/deployed-functions.ts'
import { mutualTlsEdge } from '../emulator/edge/edge.ts'
import { listen } from '../connections/listen.ts'
import { type MutualTls, mutualTlsOptions } from '../connections/mutual-tls.ts'
import { readTruststore } from '../truststore/truststore.ts'
import { argument, report } from './child.ts'
import type { Format, SeededFormats } from './cases.ts'
import { floorCalls, signedCalls } from './floor.ts'

export interface ServerArgument {
  readonly endpoint: string
  /** The endpoint of the same DynamoDB without TLS. */
  readonly plain: string
  /** The server's certificate and its key, as PEM. */
  readonly cert: string
  readonly key: string
  readonly truststoreFile: string
  readonly seeded: SeededFormats
  /** The client's certificate as PEM. */
  readonly certificate: string
}

/** The ports of the echo and of the edge in front of each service. */
export type ServerReady = Readonly<Record<Format | 'echo', number>>

const { endpoint, plain, truststoreFile, seeded, certificate, ...identity } = argument() as ServerArgument
const tls = { ...identity, truststore: await readTruststore(truststoreFile) }
const runtime = await localRuntime(endpoint, seeded.opaque.serviceId)
report({
  echo: await listenForEcho(tls),
  opaque: await listenFor(seeded.opaque.serviceId),
  JWT: await listenFor(seeded.JWT.serviceId),
} satisfies ServerReady)

/**
 * The minimal cost of an answer over mutual TLS: the server reads the body to its end, and answers with a length. Below the paths of the
 * floor it first makes a DynamoDB call.
 */
async function listenForEcho(tls: MutualTls): Promise<number> {
  const { put, batchGet } = await floorCalls(plain, seeded.opaque, certificate)
  const send = signedCalls(endpoint)
  const floor: Readonly<Record<string, () => Promise<number>>> = {
    '/put': () => send(put()),
    '/batch-get': () => send(batchGet()),
  }
  const options = { ...mutualTlsOptions(tls), rejectUnauthorized: true }
  const server = createServer(options, (request, response) => {
    const chunks: Buffer[] = []
    const answer = (length: number) => {
      const body = Buffer.from(JSON.stringify({ length }))
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    }
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const { length } = Buffer.concat(chunks)
      const call = floor[request.url ?? '']
      if (call === undefined) answer(length)
      else call().then(answer, (error: unknown) => response.writeHead(500).end(String(error)))
    })
  })
  return (await listen(server)).port
}

async function listenFor(serviceId: number): Promise<number> {
  const routes = deployedFunctions({ ...runtime, settings: { ...runtime.settings, serviceId } })
  const edge = await mutualTlsEdge({ ...MTLS_DOMAIN, ...tls, routes, onError: console.error })
  return edge.port
}
