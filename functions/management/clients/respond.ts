import { type BodyWithHeaders, withTag } from '../../../shared/http.ts'
import { refusalRows } from '../../../shared/refusal/refusal.ts'
import type { StoredClient } from '../../../shared/store/client.ts'
import { recordVersion } from '../../../shared/store/records.ts'
import type { Service } from '../../../shared/store/service.ts'
import { answer, success } from '../../../shared/web-api.ts'
import { toMilliseconds } from '../listing.ts'
import type {
  ClientAnswer,
  ClientListAnswer,
  CreatedClientAnswer,
  ExplanationAnswer,
  LockAnswer,
  RequestableScopesAnswer,
  SecretAnswer,
} from './answer-schema.ts'
import type { ClientWithSecret } from './decide.ts'
import type { ExplainedClient, Explanation } from './explain.ts'
import type { ClientList, ClientPage } from './list.ts'
import type { CarriedByClient } from './settings-schema.ts'

/** The answer about a client, without its secret. Absent members are `undefined`, which JSON leaves out. */
function clientView(client: StoredClient, service: Service): ClientAnswer {
  const {
    clientSecretDigest: _digest,
    weakSecret: _weakSecret,
    carried,
    createdAt,
    modifiedAt,
    jwks,
    ...settings
  } = client
  return answer({
    ...(carried as CarriedByClient),
    ...settings,
    jwks: jwks && JSON.stringify(jwks),
    serviceNumber: service.number,
    clientIdAlias: client.clientIdAlias ?? String(client.clientId),
    createdAt: toMilliseconds(createdAt),
    modifiedAt: toMilliseconds(modifiedAt),
  })
}

/** The answer about a client, with its entity tag. */
export function taggedClient(client: StoredClient, service: Service): BodyWithHeaders {
  return withTag(clientView(client, service), recordVersion(client))
}

export function createdClient({ client, secret }: ClientWithSecret, service: Service): CreatedClientAnswer {
  return answer({ ...clientView(client, service), clientSecret: secret })
}

export function clientList(list: ClientList | ClientPage, service: Service): ClientListAnswer {
  const clients = list.clients.map((client) => clientView(client, service))
  if (!('totalCount' in list)) return { clients, nextPageToken: list.nextPageToken }
  const { start, end, totalCount } = list
  return { start, end, totalCount, clients }
}

/** @param done the verb of the message */
export function changedSecret(resultCode: string, done: string) {
  return ({ client, secret }: ClientWithSecret): SecretAnswer => {
    const message = `Successfully ${done} the client secret of the client (ID = ${String(client.clientId)}).`
    return { ...success(resultCode, message), newClientSecret: secret }
  }
}

export function requestableScopes({ extension }: StoredClient): RequestableScopesAnswer {
  return {
    requestableScopes: extension?.requestableScopesEnabled === true ? extension.requestableScopes : undefined,
  }
}

/** A149091 is our own code: Authlete publishes none. */
export function updatedLock({ clientId }: StoredClient): LockAnswer {
  return success('A149091', `Updated the lock flag of the client (ID = ${String(clientId)}) successfully.`)
}

export function explanation({ clients, nextPageToken }: Explanation): ExplanationAnswer {
  return { clients: clients.map(explainedClient), nextPageToken }
}

function explainedClient({
  client,
  outcome,
  refusal,
}: ExplainedClient): ExplanationAnswer['clients'][number] {
  const { clientId, clientIdAlias = String(clientId), clientName, tokenAuthMethod } = client
  const about = { clientId, clientIdAlias, clientName, tokenAuthMethod, outcome }
  if (refusal === undefined) return about
  const { reason, description } = refusal
  const [resultCode] = refusalRows()[reason]
  return answer({ ...about, reason, resultCode, resultMessage: `[${resultCode}] ${description}` })
}
