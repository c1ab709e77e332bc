import type { TLSSocket } from 'node:tls'
import type { Presented } from './protected-resource.ts'

/** A request of node:http, node:https or node:http2. */
export interface IncomingRequest {
  /** Names and values by turns. `headers` drops a second `Authorization`. */
  readonly rawHeaders: readonly string[]
  readonly socket: unknown
}

/** What a request over its own TLS connection shows. No header is ever a source of the certificate. */
export function presentedBy({ rawHeaders, socket }: IncomingRequest): Presented {
  const authorization = rawHeaders.filter(
    (_value, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization',
  )
  return { authorization, certificate: certificateOf(socket) }
}

/**
 * PEM of the certificate that the TLS handshake has proved and that the server's `ca` vouches for. A server that lets
 * untrusted certificates connect (`rejectUnauthorized: false`) sees no certificate in them here.
 */
function certificateOf(socket: unknown): string | undefined {
  const tls = socket as Partial<TLSSocket> | undefined
  return tls?.authorized === true ? tls.getPeerX509Certificate?.()?.toString() : undefined
}
