import { type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request as requestHttps, type RequestOptions } from 'node:https'
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
  return async ({ body, ...message }) => {
    const signal = AbortSignal.timeout(LIMIT_MILLISECONDS)
    const response = await send(url, { ...message, signal, ...(agent && { agent }) }, body)
    return { status: response.statusCode ?? 0, body: await bytesOf(response) }
  }
}

/**
 * The issuer may close an idle connection while a request is sent on it. These requests change nothing, so another connection may get
 * them (RFC 9110 section 9.2.2).
 */
const CLOSED = ['ECONNRESET', 'EPIPE']

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve)
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && CLOSED.includes(error.code ?? '')) resolve(send(url, options, body))
      else reject(error)
    })
    sent.end(body)
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
