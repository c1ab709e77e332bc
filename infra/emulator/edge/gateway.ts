import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { type ClientCert, type Domain, gatewayEvent } from './gateway-event.ts'
import { routeMatcher, type EdgeRoutes } from './route-match.ts'

/** Lambda's limit for a request, which is smaller than that of the gateway. */
const BODY_LIMIT_BYTES = 6 * 1024 * 1024

export interface Gateway {
  readonly routes: EdgeRoutes
  /** Called with the error of a handler or of its answer. The client gets a 500 without details. */
  readonly onError: (error: unknown) => void
}

export type Serve = (
  request: IncomingMessage,
  response: ServerResponse,
  clientCert: ClientCert | undefined,
) => Promise<void>

/** The routes, limits and answers of an HTTP API, for requests on admitted connections. */
export function gateway({ routes, onError }: Gateway, domain: Domain): Serve {
  const match = routeMatcher(routes)

  return async (request, response, clientCert) => {
    const [path = '', ...rest] = (request.url ?? '').split('?')
    const route = match(path)
    if (route === undefined) {
      refuse(response, 404, 'Not Found')
      return
    }
    const body = await readBody(request)
    if (body === 'too long') {
      refuse(response, 413, 'Request Too Long')
      return
    }
    try {
      const event = gatewayEvent(domain, { request, route, path, query: rest.join('?'), body, clientCert })
      answer(response, await route.handler(event), route.template)
    } catch (error) {
      onError(error)
      refuse(response, 500, 'Internal Server Error')
    }
  }
}

/** Sends an answer of the gateway itself. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, status, { 'content-type': 'application/json' }, Buffer.from(JSON.stringify({ message })))
}

function answer(response: ServerResponse, result: unknown, template: string): void {
  const { statusCode, headers, body, isBase64Encoded } = (result ?? {}) as APIGatewayProxyStructuredResultV2
  if (statusCode === undefined || !Number.isInteger(statusCode)) {
    throw new Error(`the handler of ${template} answered without an integer statusCode`)
  }
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8')
  send(response, statusCode, (headers ?? {}) as OutgoingHttpHeaders, bytes)
}

function send(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: Buffer): void {
  // A 204 must not contain Content-Length (RFC 9110 section 8.6).
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': body.length })
  response.end(body)
}

/**
 * Reads a body. The promise never settles if the client disconnects before the end, because then no answer is needed. A body over the
 * limit is read to its end, because closing earlier would reset the connection before the client reads the 413.
 */
function readBody(request: IncomingMessage): Promise<Buffer | 'too long'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > BODY_LIMIT_BYTES) chunks = []
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(length > BODY_LIMIT_BYTES ? 'too long' : Buffer.concat(chunks, length)))
  })
}
