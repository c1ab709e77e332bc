import type { Client } from '../../../../shared/store/client.ts'
import { type Check, fail, orElse, warn } from '../finding.ts'

/** The service is there, and binds tokens to certificates; every client of it as well. */
export const binding: Check = {
  name: 'binding',
  ask: ({ service, clients }) => {
    if (service === undefined) {
      return Promise.resolve([fail('there is no service in the registry', 'npm run provision')])
    }
    if (!service.tlsClientCertificateBoundAccessTokens) {
      const todo = 'set tlsClientCertificateBoundAccessTokens of the service'
      return Promise.resolve([warn('tokens are bound to nothing: who steals one can use it', todo)])
    }
    const unbound = clients.filter((client) => !client.tlsClientCertificateBoundAccessTokens)
    return Promise.resolve(
      orElse(
        unbound.map((client) =>
          warn(
            `the service binds tokens to certificates, those of ${nameOf(client)} are not: who steals one can use it`,
            'set tlsClientCertificateBoundAccessTokens of the client, unless it cannot present a certificate',
          ),
        ),
        `tokens of the service and of ${clients.length} clients are bound to certificates`,
      ),
    )
  },
}

export function nameOf({ clientId, clientName, clientIdAlias }: Client): string {
  const name = clientName ?? clientIdAlias
  return name === undefined ? `client ${clientId}` : `client ${clientId} (${name})`
}
