import type { Client } from '../store/client.ts'

/** The members of a client that identify it to an end-user or an operator; no secrets. */
export function clientSummary({
  clientId,
  clientIdAlias,
  clientIdAliasEnabled,
  clientName,
  clientType,
}: Client) {
  return { clientId, clientIdAlias, clientIdAliasEnabled, clientName, clientType }
}
