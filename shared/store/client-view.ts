import type { Client } from './client.ts'

/** The client ID as text. @param alias the client ID alias, if the request used it */
export function clientIdText(clientId: number, alias: string | undefined): string {
  return alias ?? String(clientId)
}

/** The members of a client that answers show to end-users and operators. */
export function clientSummary({
  clientId,
  clientIdAlias,
  clientIdAliasEnabled,
  clientName,
  clientType,
}: Client) {
  return { clientId, clientIdAlias, clientIdAliasEnabled, clientName, clientType }
}
