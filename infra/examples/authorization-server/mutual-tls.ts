import { createServer, type Server } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { Express, Request, RequestHandler } from 'express'
import { type MutualTls, mutualTlsOptions } from '../../connections/mutual-tls.ts'

/** A server that requests a certificate from every client. The application decides about clients without one. */
export function mutualTlsServer(tls: MutualTls, app: Express): Server {
  return createServer(mutualTlsOptions(tls), app)
}

/**
 * The certificate (as PEM) whose key the client has proved to hold in this connection, if it uses mutual TLS. A header is never the
 * source.
 */
export function clientCertificate({ socket }: Request): string | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined
}

/** Refuses untrusted certificates. The Web API compares certificates and names, but the server must decide whether it trusts their issuer. */
export const refuseUntrusted: RequestHandler = (request, response, next) => {
  if (clientCertificate(request) === undefined || (request.socket as TLSSocket).authorized) next()
  else response.status(403).json({ error: 'invalid_request', error_description: 'untrusted certificate' })
}
