import { constants } from 'node:crypto'
import { createServer, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { clientCertOf, type ClientCert } from './gateway-event.ts'
import { gateway, refuse, type Gateway } from './gateway.ts'
import { listen, type Listening } from './listen.ts'
import { BCP_195 } from './tls-policy.ts'
import { isAnchored, type Truststore } from '../truststore/truststore.ts'

export interface EdgeOptions extends Gateway {
  readonly domainName: string
  readonly apiId: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

export interface MutualTlsEdgeOptions extends EdgeOptions {
  /** PEM of the server's private key. */
  readonly key: string
  /** PEM of the server's certificate, followed by its chain. */
  readonly cert: string
  readonly truststore: Truststore
}

/** A request line and headers above this get 431, as at API Gateway. */
const LIMITS: ServerOptions = { maxHeaderSize: 10_240 }

/**
 * A mutual-TLS custom domain of API Gateway on this machine. No client certificate: the connection ends without an
 * answer. One that the truststore does not vouch for: 403. Otherwise it is in every event of the connection.
 *
 * @throws Error with one line for the user when the port cannot be had
 */
export function mutualTlsEdge(options: MutualTlsEdgeOptions): Promise<Listening> {
  const serve = gateway(options, { ...options, protocol: 'https' })
  const admitted = new WeakMap<Socket, ClientCert | 'forbidden'>()
  const server = createTlsServer({ ...LIMITS, ...tlsOptions(options) }, (request, response) => {
    const clientCert = admitted.get(request.socket)
    if (clientCert === undefined) request.socket.destroy()
    else if (clientCert === 'forbidden') refuse(response, 403, 'Forbidden')
    else void serve(request, response, clientCert)
  })
  server.on('secureConnection', (socket) => {
    const verdict = judgeConnection(socket, options.truststore)
    if (verdict === undefined) socket.destroy()
    else admitted.set(socket, verdict)
  })
  return listen(server, { ...options, option: '--mtls-port' })
}

/**
 * A plain custom domain of API Gateway on this machine: no certificate in any event.
 * @throws Error with one line for the user when the port cannot be had
 */
export function plainEdge(options: EdgeOptions): Promise<Listening> {
  const serve = gateway(options, { ...options, protocol: 'http' })
  const server = createServer(LIMITS, (request, response) => void serve(request, response, undefined))
  return listen(server, { ...options, option: '--api-port' })
}

function tlsOptions({ key, cert, truststore }: MutualTlsEdgeOptions) {
  return {
    key,
    cert,
    ca: truststore.map(String),
    ...BCP_195,
    requestCert: true,
    // The answer to a certificate without trust is a 403, so the handshake itself has to succeed.
    rejectUnauthorized: false,
    // A resumed session would skip the verification; a renegotiated one could change the certificate judged before.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  } as const
}

function judgeConnection(socket: TLSSocket, truststore: Truststore): ClientCert | 'forbidden' | undefined {
  const leaf = socket.getPeerX509Certificate()
  if (leaf === undefined) return undefined
  return socket.authorized && isAnchored(leaf, truststore, new Date()) ? clientCertOf(leaf) : 'forbidden'
}
