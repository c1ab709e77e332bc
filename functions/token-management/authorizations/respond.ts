import { answer, success } from '../../../shared/web-api.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import { clientSummary } from '../../../shared/store/client-view.ts'
import type {
  AuthorizationChangedAnswer,
  AuthorizationListAnswer,
  AuthorizedClient,
} from './answer-schema.ts'
import type { AuthorizationList, ChangedAuthorization } from './decide.ts'

/** `/client/authorization/get/list` (Authlete contract, section 1.4). It contains no secrets. */
export function authorizationList({ clients, ...list }: AuthorizationList): AuthorizationListAnswer {
  return answer({ ...list, clients: clients.map(authorizedClient) })
}

function authorizedClient(client: Client): AuthorizedClient {
  // The settings were checked before they were stored.
  const { clientNames, description, descriptions } = client.carried as Partial<AuthorizedClient>
  return answer({ ...clientSummary(client), clientNames, description, descriptions })
}

export function deletedAuthorization(
  changed: ChangedAuthorization,
  service: Service,
): AuthorizationChangedAnswer {
  return success('A137001', messageOf('Deleted', changed, service))
}

export function updatedAuthorization(
  changed: ChangedAuthorization,
  service: Service,
): AuthorizationChangedAnswer {
  return success('A138001', messageOf('Updated', changed, service))
}

function messageOf(done: string, { client, count }: ChangedAuthorization, { apiKey }: Service): string {
  return (
    `${done} ${String(count)} access token(s) issued to the client (ID = ${String(client.clientId)}) of the ` +
    `service (API Key = ${String(apiKey)}).`
  )
}
