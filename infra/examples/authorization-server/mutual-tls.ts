import { constants } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { BCP_195 } from '../../emulator/tls-policy.ts'
import type { Express, Request, RequestHandler } from 'express'

export interface MutualTls {
  /** PEM of the server's private key. */
  readonly key: string
  /** PEM of the server's certificate. */
  readonly cert: string
  /** PEM of every trusted CA and self-signed client certificate. */
  readonly ca: readonly string[]
}

/** A server that asks every client for a certificate and leaves it to the application what to do without one. */
export function mutualTlsServer({ key, cert, ca }: MutualTls, app: Express): Server {
  return createServer(
    {
      key,
      cert,
      ca: [...ca],
      ...BCP_195,
      requestCert: true,
      rejectUnauthorized: false,
      // A resumed session would skip the verification; a renegotiated one could change the certificate.
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    },
    app,
  )
}

/** PEM of the certificate whose key the client has proved to hold in this connection. No header is ever a source. */
export function clientCertificate(request: Request): string | undefined {
  return (request.socket as TLSSocket).getPeerX509Certificate()?.toString()
}

/** The Web API compares certificates and names; whether their issuer is to be trusted is decided here. */
export const refuseUntrusted: RequestHandler = (request, response, next) => {
  if (clientCertificate(request) === undefined || (request.socket as TLSSocket).authorized) next()
  else response.status(403).json({ error: 'invalid_request', error_description: 'untrusted certificate' })
}
