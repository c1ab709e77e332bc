import type { TLSSocket } from 'node:tls'
import { isMetadataRequest, requireMetadata, type ResourceMetadata } from './resource-metadata.ts'
import type { ResourceRequest } from './resource-request.ts'

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

/** Reads the parts of a request that the check needs. */
export function toResourceRequest(request: IncomingRequest): ResourceRequest {
  const { rawHeaders, method, socket } = request
  const [path] = (request.originalUrl ?? request.url)?.split('?') ?? []
  return { rawHeaders, method, path, certificate: certificateOf(socket) }
}

/**
 * Returns the function that answers a request for the metadata of the resource (RFC 9728). It returns whether it has answered.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function metadataAnswer(resource: {
  readonly metadata?: ResourceMetadata | undefined
}): (request: IncomingRequest, response: OutgoingResponse) => boolean {
  const metadata = requireMetadata(resource)
  return (request, response) => {
    if (!isMetadataRequest(metadata, toResourceRequest(request))) return false
    response.writeHead(200, { ...metadata.headers })
    response.end(metadata.body)
    return true
  }
}

/**
 * The certificate of the peer in PEM, if the TLS handshake proved its key and the server's `ca` trusts it. Servers with
 * `rejectUnauthorized: false` also let peers with untrusted certificates connect. Those count as peers without one.
 */
function certificateOf(socket: unknown): string | undefined {
  const tls = socket as Partial<TLSSocket> | undefined
  // If a renegotiation of TLS 1.2 brings an untrusted certificate, `authorized` keeps the verdict on the first one.
  const isTrusted = tls?.authorized === true && !tls.authorizationError
  return isTrusted ? tls.getPeerX509Certificate?.()?.toString() : undefined
}
