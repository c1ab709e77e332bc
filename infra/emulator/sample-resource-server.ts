import { randomBytes, randomInt } from 'node:crypto'
import { createServer } from 'node:https'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { digest } from '../../shared/store/digest.ts'
import { requireToken } from '../../shared/resource-server/node.ts'
import { protectedResource } from '../../shared/resource-server/protected-resource.ts'
import type { Store } from '../../shared/store/store.ts'
import type { StoredPair } from './certificates.ts'
import { listen, type Listening } from './listen.ts'
import { BCP_195 } from './tls-policy.ts'

export interface SampleOptions {
  readonly store: Store
  readonly serviceId: number
  readonly now: EpochSeconds
  readonly issuer: string
  /** Base URL of the plain domain. */
  readonly plainUrl: string
  readonly server: StoredPair
  /** PEM of every trusted CA and self-signed client certificate. */
  readonly truststore: readonly string[]
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/**
 * A resource server of somebody who uses the library (docs/resource-servers.md): `/` for who holds the certificate of a token
 * with `accounts:read`. Who shows no trusted certificate does not even get a connection.
 *
 * @throws Error with one line for the user when the port cannot be had
 */
export async function startSampleResourceServer(options: SampleOptions): Promise<Listening> {
  const { issuer, plainUrl, server, truststore } = options
  const client = await registerResourceServer(options)
  const resource = protectedResource({
    issuer,
    audience: issuer,
    introspection: { endpoint: `${plainUrl}/introspection/standard`, ...client.credentials },
    onFailure: console.error,
  })
  const accounts = requireToken(resource, ['accounts:read'], (_request, response, { clientId, scopes }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ clientId, scopes, accounts: ['Current account', 'Savings'] }))
  })
  const own = { cert: server.certificate, key: server.key }
  const tls = { ...BCP_195, ...own, ca: [...truststore], requestCert: true }
  const { host, port } = options
  const listening = await listen(createServer(tls, accounts), { host, port, option: '--library-port' })
  const close = async () => {
    await listening.close()
    await client.remove()
  }
  return { port: listening.port, close }
}

/** A client for as long as the sample runs: it may introspect what is meant for any resource, and gets no tokens. */
async function registerResourceServer({ store, serviceId, now }: SampleOptions) {
  const clientId = randomInt(1e13, 2 ** 47)
  const clientSecret = randomBytes(64).toString('base64url')
  const created = await store.clients.create(
    serviceId,
    {
      clientId,
      clientName: 'Sample resource server',
      clientType: 'CONFIDENTIAL',
      tokenAuthMethod: 'CLIENT_SECRET_BASIC',
      clientSecretDigest: digest(clientSecret),
      grantTypes: [],
      resourceServerAudiences: ['*'],
      // It gets no tokens; were it ever to, they would be bound as all others.
      tlsClientCertificateBoundAccessTokens: true,
    },
    now,
  )
  if (!created) throw new Error('a random client number was taken')
  const remove = async () => {
    const client = await store.registry.findClientByNumber(serviceId, clientId)
    if (client !== undefined) await store.clients.remove(serviceId, client)
  }
  return { credentials: { clientId: String(clientId), clientSecret }, remove }
}
