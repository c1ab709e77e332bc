import { createServer, type Server } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { Express, Request, RequestHandler } from 'express'
import { type MutualTls, mutualTlsOptions } from '../../connections/mutual-tls.ts'

/** A server that asks every client for a certificate; the application decides what a client without one gets. */
export function mutualTlsServer(tls: MutualTls, app: Express): Server {
  return createServer(mutualTlsOptions(tls), app)
}

/**
 * PEM of the certificate whose key the client has proved to hold in this connection, if it is one of mutual TLS. No header is ever a
 * source.
 */
export function clientCertificate({ socket }: Request): string | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined
}

/** The Web API compares certificates and names. Whether their issuer is trusted must be decided here. */
export const refuseUntrusted: RequestHandler = (request, response, next) => {
  if (clientCertificate(request) === undefined || (request.socket as TLSSocket).authorized) next()
  else response.status(403).json({ error: 'invalid_request', error_description: 'untrusted certificate' })
}
