import { createServer } from 'node:https'
import { requireToken } from '@certbound/resource-server/node'
import { protectedResource } from '@certbound/resource-server'
import { listen, type Listening } from '../../connections/listen.ts'
import { type MutualTls, mutualTlsOptions } from '../../connections/mutual-tls.ts'
import type { TlsIdentity } from '../../connections/mutual-tls-request.ts'

export interface ResourceServerOptions {
  /** The port; a free one by default. */
  readonly port: number | undefined
  readonly issuer: string
  readonly mtlsUrl: string
  readonly tls: MutualTls
  /** The client that introspects tokens for any resource. */
  readonly clientId: string
  /** The certificate and key with which this client authenticates. */
  readonly introspector: TlsIdentity
  /** The accepted algorithms of proofs; those of the library by default. */
  readonly dpopAlgorithms?: readonly string[]
  /** Called with a line for each refused request. If absent, nothing is logged. */
  readonly onLine?: ((line: string) => void) | undefined
}

/**
 * Starts a resource server that uses the library (docs/resource-servers.md). It answers `/` to the holder of the certificate or key of a
 * token with `accounts:read`. A client without a trusted certificate cannot connect.
 *
 * @throws Complaint if the port cannot be used
 */
export async function startResourceServer(options: ResourceServerOptions): Promise<Listening> {
  const { issuer, mtlsUrl, tls, clientId, onLine, dpopAlgorithms } = options
  const { ca, cert, key } = options.introspector
  const server = createServer({ ...mutualTlsOptions(tls), rejectUnauthorized: true })
  const listening = await listen(server, options.port, '--library-port')
  const resource = protectedResource({
    issuer,
    audience: issuer,
    publicUrl: `https://localhost:${listening.port}`,
    introspection: { endpoint: `${mtlsUrl}/introspection/standard`, clientId, tls: { cert, key } },
    ca,
    ...(dpopAlgorithms && { dpopAlgorithms }),
    onFailure: console.error,
    onRefusal: (reason, details) =>
      onLine?.(JSON.stringify({ resourceServer: 'refused', reason, ...details })),
  })
  const accounts = requireToken(resource, ['accounts:read'], (_request, response, { clientId, scopes }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ clientId, scopes, accounts: ['Current account', 'Savings'] }))
  })
  server.on('request', accounts)
  return listening
}
