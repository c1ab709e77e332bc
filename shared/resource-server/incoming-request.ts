import type { TLSSocket } from 'node:tls'
import type { ResourceRequest } from './protected-resource.ts'

/** A request of node:http, node:https or node:http2. */
export interface IncomingRequest {
  /** Header names and values in turn. `headers` would drop a second `Authorization`. */
  readonly rawHeaders: readonly string[]
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express removes the path of a router from `url`, and keeps the whole URL here. */
  readonly originalUrl?: string | undefined
  readonly socket: unknown
}

/** A response of node:http, node:https or node:http2. */
export interface OutgoingResponse {
  writeHead: (status: number, headers: Record<string, string>) => unknown
  end: (body: string) => unknown
}

/** Reads the credentials of a request over its own TLS connection. The certificate never comes from a header. */
export function toResourceRequest(request: IncomingRequest): ResourceRequest {
  const { rawHeaders, method, socket } = request
  const valuesOf = (name: string) =>
    rawHeaders.filter((_value, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
  const certificate = certificateOf(socket)
  const [path] = (request.originalUrl ?? request.url)?.split('?') ?? []
  return { authorization: valuesOf('authorization'), dpop: valuesOf('dpop'), method, path, certificate }
}

/**
 * The client's certificate in PEM, if the TLS handshake proved its key and the server's `ca` trusts it. Servers with
 * `rejectUnauthorized: false` also let clients with untrusted certificates connect. Those count as clients without one.
 */
function certificateOf(socket: unknown): string | undefined {
  const tls = socket as Partial<TLSSocket> | undefined
  return tls?.authorized === true ? tls.getPeerX509Certificate?.()?.toString() : undefined
}
