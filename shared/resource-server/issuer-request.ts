import { type Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import type { SecureContextOptions } from 'node:tls'

const LIMIT_MILLISECONDS = 5_000
const LIMIT_BYTES = 65_536

interface Message {
  readonly method: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly body?: string
}

/** Sends one request to the issuer. It follows no redirect. */
export type IssuerRequest = (message: Message) => Promise<{ readonly status: number; readonly body: Buffer }>

/**
 * Makes requests to one URL of the issuer, which share their connections. A request rejects after five seconds, or if the body exceeds
 * 64 KiB.
 *
 * @param tls is not used for plain HTTP, which never leaves this machine
 */
export function issuerRequest(
  url: URL,
  tls: Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>,
): IssuerRequest {
  const agent = url.protocol === 'https:' ? new Agent({ keepAlive: true, ...tls }) : undefined
  return async (message) => {
    const response = await send(url, agent, message)
    return { status: response.statusCode ?? 0, body: await bytesOf(response) }
  }
}

function send(
  url: URL,
  agent: HttpAgent | undefined,
  { body, ...message }: Message,
): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(LIMIT_MILLISECONDS)
  const options = { ...message, signal, ...(agent === undefined ? {} : { agent }) }
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    request(url, options, resolve).once('error', reject).end(body)
  })
}

/** @throws Error if the body is too long */
async function bytesOf(response: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > LIMIT_BYTES) throw new Error(`the response of the issuer exceeds ${LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
