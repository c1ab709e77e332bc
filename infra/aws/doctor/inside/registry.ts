import type { Client } from '../../../../shared/store/client.ts'
import { type Check, fail, orElse, warn } from '../check.ts'

/** The service exists, and binds its tokens and those of every client to certificates. */
export const binding: Check = {
  name: 'binding',
  ask: ({ service, clients }) => {
    if (service === undefined) return [fail('the registry has no service', 'npm run provision')]
    if (!service.tlsClientCertificateBoundAccessTokens) {
      const todo = 'set tlsClientCertificateBoundAccessTokens of the service'
      return [warn('tokens are not bound: whoever steals one can use it', todo)]
    }
    const unbound = clients.filter((client) => !client.tlsClientCertificateBoundAccessTokens)
    return orElse(
      unbound.map((client) =>
        warn(
          `the service binds tokens to certificates, but not those of ${clientLabel(client)}: whoever steals one can use it`,
          'set tlsClientCertificateBoundAccessTokens of the client, unless it cannot present a certificate',
        ),
      ),
      `tokens of the service and of ${clients.length} clients are bound to certificates`,
    )
  },
}

/** A client in a message: its number and its name. */
export function clientLabel({ clientId, clientName, clientIdAlias }: Client): string {
  const name = clientName ?? clientIdAlias
  return name === undefined ? `client ${clientId}` : `client ${clientId} (${name})`
}
