import type { Client } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { AuthorizationList, ChangedAuthorization } from './endpoint.ts'

/** `/client/authorization/get/list` (contract, section 1.4): views of the clients, without secrets. */
export function authorizationList({
  start,
  end,
  totalCount,
  subject,
  developer,
  clients,
}: AuthorizationList) {
  return { start, end, totalCount, subject, developer, clients: clients.map(clientView) }
}

function clientView({
  clientId,
  clientIdAlias,
  clientIdAliasEnabled,
  clientName,
  clientType,
  carried,
}: Client) {
  const { clientNames, description, descriptions } = carried
  return {
    ...{ clientId, clientIdAlias, clientIdAliasEnabled, clientName, clientNames },
    ...{ description, descriptions, clientType },
  }
}

export function deletedAuthorization(changed: ChangedAuthorization, service: Service) {
  return result('A137001', 'Deleted', changed, service)
}

export function updatedAuthorization(changed: ChangedAuthorization, service: Service) {
  return result('A138001', 'Updated', changed, service)
}

function result(
  resultCode: string,
  done: string,
  { client, count }: ChangedAuthorization,
  { apiKey }: Service,
) {
  const message =
    `${done} ${String(count)} access token(s) issued to the client (ID = ${String(client.clientId)}) ` +
    `of the service (API Key = ${String(apiKey)}).`
  return { resultCode, resultMessage: `[${resultCode}] ${message}` }
}
