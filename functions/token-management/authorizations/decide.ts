import { availableScopes } from '../../../shared/token/scopes.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import { endTokensOfSubject } from '../end-tokens-of-subject.ts'
import { changeGrant, withScopes } from '../find-grant.ts'
import { isLive } from '../../../shared/token/standing.ts'
import { requireClient, listKeys } from '../list-keys.ts'
import type { ClientAuthorization } from '../request.ts'
import type { AuthorizationChange, AuthorizationsRequest } from './request.ts'

export interface AuthorizationList extends AuthorizationsRequest {
  readonly totalCount: number
  readonly clients: readonly Client[]
}

/** The clients that hold tokens of the end-user. The index may lag behind (docs/store.md). */
export async function listAuthorizations(
  request: AuthorizationsRequest,
  call: Call,
): Promise<AuthorizationList> {
  const { subject, developer, start, end } = request
  const { registry, grants } = call.store
  const all = await registry.listClients(call.service.apiKey)
  const candidates = all.filter(
    ({ carried }) => developer === undefined || carried['developer'] === developer,
  )
  const numbers = candidates.map(({ clientId }) => clientId)
  const found = await grants.findTokens(await listKeys(numbers, subject, call))
  const live = found.filter((grant) => isLive(grant, call))
  const holders = new Set(live.map(({ grant }) => grant.client))
  const clients = candidates.filter(({ clientId }) => holders.has(clientId))
  return { ...request, totalCount: clients.length, clients: clients.slice(start, end) }
}

export interface ChangedAuthorization {
  readonly client: Client
  /** The number of changed grants. */
  readonly count: number
}

/** Ends all tokens of an end-user at a client. @throws Refusal api-client-unknown, revoke-unfinished */
export async function deleteAuthorization(
  request: ClientAuthorization,
  call: Call,
): Promise<ChangedAuthorization> {
  const client = await requireClient(request.client, call)
  return { client, count: await endTokensOfSubject(client.clientId, request.subject, call) }
}

/**
 * Replaces the scopes of an end-user's tokens at a client. Scopes that are not available to the client are left out. The claims
 * of issued JWTs do not change; introspection returns the new scopes.
 *
 * @throws Refusal api-client-unknown
 */
export async function updateAuthorization(
  request: AuthorizationChange,
  call: Call,
): Promise<ChangedAuthorization> {
  const client = await requireClient(request.client, call)
  if (request.scopes === undefined) return { client, count: 0 }
  const available = availableScopes(call.service, client)
  const scopes = request.scopes.filter((name) => available.has(name))
  const { grants } = call.store
  let count = 0
  for (const key of await listKeys([client.clientId], request.subject, call)) {
    const find = async () => (await grants.findTokens([key]))[0]
    const changed = await changeGrant(find, (grant) => ({ grant: withScopes(grant, scopes) }), call)
    if (changed !== undefined) count += 1
  }
  return { client, count }
}
