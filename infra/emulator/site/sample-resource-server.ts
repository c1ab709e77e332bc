import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { requireToken } from '../../../shared/resource-server/node.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { listen, type Listening } from '../../connections/listen.ts'
import { type MutualTls, mutualTlsOptions } from '../../connections/mutual-tls.ts'
import type { TlsIdentity } from '../../connections/mutual-tls-request.ts'
import { distinguishedName } from '../edge/gateway-event.ts'
import { addClient } from './seed.ts'

export interface SampleOptions {
  /** A free one by default. */
  readonly port: number | undefined
  readonly runtime: Runtime
  readonly serviceId: number
  readonly issuer: string
  readonly mtlsUrl: string
  readonly tls: MutualTls
  /** What the resource server presents when it asks certbound about a token. */
  readonly introspector: TlsIdentity
}

/**
 * A resource server that uses the library (docs/resource-servers.md). It answers `/` for the holder of the certificate of a
 * token with `accounts:read`. A client without a trusted certificate does not even get a connection.
 *
 * @throws Complaint when the port cannot be used
 */
export async function startSampleResourceServer(options: SampleOptions): Promise<Listening> {
  const { issuer, mtlsUrl, tls, introspector } = options
  const client = await registerResourceServer(options)
  const resource = protectedResource({
    issuer,
    audience: issuer,
    introspection: {
      endpoint: `${mtlsUrl}/introspection/standard`,
      clientId: client.clientId,
      tls: introspector,
    },
    onFailure: console.error,
  })
  const accounts = requireToken(resource, ['accounts:read'], (_request, response, { clientId, scopes }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ clientId, scopes, accounts: ['Current account', 'Savings'] }))
  })
  const server = createServer({ ...mutualTlsOptions(tls), rejectUnauthorized: true }, accounts)
  const listening = await listen(server, options.port, '--library-port')
  const close = async () => {
    await listening.close()
    await client.remove()
  }
  return { port: listening.port, close }
}

/**
 * A client that exists as long as the sample runs. It may introspect tokens for any resource, and gets none itself. Its
 * certificate authenticates it, which also a service with `fapi2` accepts.
 */
async function registerResourceServer({ runtime, serviceId, introspector }: SampleOptions) {
  const { client } = await addClient(runtime, serviceId, {
    clientName: 'Sample resource server',
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientAuthSubjectDn: distinguishedName(new X509Certificate(introspector.cert ?? '').subject),
    grantTypes: [],
    resourceServerAudiences: ['*'],
    // If it ever got tokens, they would be bound as all others.
    tlsClientCertificateBoundAccessTokens: true,
  })
  return { clientId: String(client.clientId), remove: () => runtime.store.clients.remove(serviceId, client) }
}
