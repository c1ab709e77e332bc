import { createServer, type IncomingMessage, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { clientCertOf, type ClientCert } from './gateway-event.ts'
import { gateway, refuse, type Gateway } from './gateway.ts'
import { listen, type Listening } from '../../connections/listen.ts'
import { BCP_195, type MutualTls, mutualTlsOptions } from '../../connections/mutual-tls.ts'
import { isAnchored, type Truststore } from '../../truststore/truststore.ts'

export interface EdgeOptions extends Gateway {
  readonly domainName: string
  readonly apiId: string
  /** The port; a free one by default. */
  readonly port?: number | undefined
}

/** The limit of a request line and headers, above which the answer is 431 as at API Gateway. */
const LIMITS: ServerOptions = { maxHeaderSize: 10_240 }

/**
 * Starts a mutual-TLS custom domain of API Gateway on this machine. Without a client certificate the connection ends without an answer. A
 * certificate that the trust store does not trust gets 403. Any other is in every event of its connection.
 *
 * @throws Complaint if the port cannot be used
 */
export function mutualTlsEdge(options: EdgeOptions & MutualTls): Promise<Listening> {
  const serve = gateway(options, { ...options, protocol: 'https' })
  const admitted = new WeakMap<Socket, ClientCert | 'forbidden'>()
  const server = createTlsServer({ ...LIMITS, ...mutualTlsOptions(options) }, (request, response) => {
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
  return listen(server, options.port, '--mtls-port')
}

/**
 * Starts a plain custom domain of API Gateway on this machine. It requests no certificate, and events contain none. A request for another
 * host than that of its connection gets 403.
 *
 * @throws Complaint if the port cannot be used
 */
export function plainTlsEdge(options: EdgeOptions & Omit<MutualTls, 'truststore'>): Promise<Listening> {
  const { key, cert, policy = BCP_195 } = options
  const serve = gateway(options, { ...options, protocol: 'https' })
  const server = createTlsServer({ ...LIMITS, key, cert, ...policy }, (request, response) => {
    if (isForOwnPort(request)) void serve(request, response, undefined)
    else refuse(response, 403, 'Forbidden')
  })
  return listen(server, options.port, '--plain-port')
}

/** Whether a request is for the port of its connection. The domains of this machine have one name and differ only in their ports. */
function isForOwnPort({ headers: { host = '' }, socket }: IncomingMessage): boolean {
  const url = URL.parse(`https://${host}`)
  return url !== null && Number(url.port || 443) === socket.localPort
}

/**
 * Starts the plain domain over HTTP, for programs that do not trust the CA of this machine.
 * @throws Complaint if the port cannot be used
 */
export function plainEdge(options: EdgeOptions): Promise<Listening> {
  const serve = gateway(options, { ...options, protocol: 'http' })
  const server = createServer(LIMITS, (request, response) => void serve(request, response, undefined))
  return listen(server, options.port, '--api-port')
}

function judgeConnection(socket: TLSSocket, truststore: Truststore): ClientCert | 'forbidden' | undefined {
  const leaf = socket.getPeerX509Certificate()
  if (leaf === undefined) return undefined
  return socket.authorized && isAnchored(leaf, truststore, new Date()) ? clientCertOf(leaf) : 'forbidden'
}
