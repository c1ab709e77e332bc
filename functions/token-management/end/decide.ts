import type { Call } from '../../../shared/call.ts'
import type { Grants } from '../../../shared/store/grants.ts'
import { findByAccessToken, findByRefreshToken, type FoundGrant, lives } from '../find-grant.ts'
import { allClients, clientNamed, listKeys } from '../list-keys.ts'
import type { EndRequest } from './request.ts'

/** Of a client that is cut off, no more than so many tokens are counted: the answer must not wait for millions. */
const MAX_COUNTED = 1000
const DELETIONS_AT_ONCE = 25

/**
 * Ends grants, each with all its tokens.
 *
 * @returns how many of them lived until now
 * @throws Refusal api-client-unknown
 */
export async function endTokens(request: EndRequest, call: Call): Promise<number> {
  if ('accessToken' in request) {
    return endFound(await findByAccessToken(request.accessToken, call), call)
  }
  if ('refreshToken' in request) {
    return endFound(await findByRefreshToken(request.refreshToken, call), call)
  }
  if (request.client === undefined) {
    return endOfSubject(await allClients(call), request.subject, call)
  }
  const client = await clientNamed(request.client, call)
  call.log.note({ client: client.clientId })
  return request.subject === undefined
    ? cutOff(client.clientId, call)
    : endOfSubject([client.clientId], request.subject, call)
}

async function endFound(found: FoundGrant | undefined, call: Call): Promise<number> {
  if (found === undefined) return 0
  call.log.note({ client: found.grant.client })
  await call.store.grants.revoke(found.grant)
  return lives(found, call) ? 1 : 0
}

/** As far as the index knows (docs/store.md). @returns how many grants lived until now */
export async function endOfSubject(clients: readonly number[], subject: string, call: Call): Promise<number> {
  const { grants } = call.store
  const found = await grants.findTokens(await listKeys(clients, subject, call))
  await revokeAll(grants, found)
  return found.filter((grant) => lives(grant, call)).length
}

async function revokeAll(grants: Grants, found: readonly FoundGrant[]): Promise<void> {
  for (let start = 0; start < found.length; start += DELETIONS_AT_ONCE) {
    const some = found.slice(start, start + DELETIONS_AT_ONCE)
    await Promise.all(some.map(({ grant }) => grants.revoke(grant)))
  }
}

/** By the client's state, so that nothing is missed however late the index is: that only counts. */
async function cutOff(client: number, call: Call): Promise<number> {
  const { service, now, store } = call
  const { grants, clients } = store
  const state = await grants.findState(service.apiKey, client)
  if (!(await clients.cutOff(service.apiKey, client, now))) return 0
  const keys = (await grants.list(service.apiKey, client)).slice(0, MAX_COUNTED)
  const found = await grants.findTokens(keys)
  return found.filter(({ grant }) => lives({ grant, client: state }, call)).length
}
