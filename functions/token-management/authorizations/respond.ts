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

/** @param done the change as the first word of the message */
export function changedAuthorization(resultCode: string, done: 'Deleted' | 'Updated') {
  return ({ client, count }: ChangedAuthorization, { apiKey }: Service): AuthorizationChangedAnswer =>
    success(
      resultCode,
      `${done} ${String(count)} access token(s) issued to the client (ID = ${String(client.clientId)}) of the ` +
        `service (API Key = ${String(apiKey)}).`,
    )
}
