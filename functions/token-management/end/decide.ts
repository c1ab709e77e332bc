import type { Call } from '../../../shared/runtime/call.ts'
import { findByAccessToken, findByRefreshToken, type FoundGrant } from '../find-grant.ts'
import { isLive } from '../../../shared/token/standing.ts'
import { requireClient } from '../list-keys.ts'
import { endAllTokensOfSubject, endTokensOfSubject } from '../end-tokens-of-subject.ts'
import type { EndRequest } from './request.ts'

/** The limit for counting the tokens of a client, because the answer must not wait for millions. */
const MAX_COUNTED = 1000

/**
 * Ends grants with all their tokens.
 *
 * @returns the number of grants that were still live
 * @throws Refusal api-client-unknown, revoke-unfinished
 */
export async function endTokens(request: EndRequest, call: Call): Promise<number> {
  if ('accessToken' in request) {
    return endFound(await findByAccessToken(request.accessToken, call), call)
  }
  if ('refreshToken' in request) {
    return endFound(await findByRefreshToken(request.refreshToken, call), call)
  }
  if (request.client === undefined) {
    return endAllTokensOfSubject(request.subject, call)
  }
  const { clientId } = await requireClient(request.client, call)
  return request.subject === undefined
    ? cutOff(clientId, call)
    : endTokensOfSubject(clientId, request.subject, call)
}

async function endFound(found: FoundGrant | undefined, call: Call): Promise<number> {
  if (found === undefined) return 0
  call.log.note({ client: found.grant.client })
  await call.store.grants.revoke(found.grant)
  return isLive(found, call) ? 1 : 0
}

/** Ends all tokens through the client's state, so that none is missed. The index may lag behind, so it only gives the count. */
async function cutOff(client: number, call: Call): Promise<number> {
  const { service, clock, store } = call
  const { grants, clients } = store
  const state = await grants.findState(service.apiKey, client)
  if (!(await clients.cutOff(service.apiKey, client, clock))) return 0
  const keys = (await grants.list(service.apiKey, client)).slice(0, MAX_COUNTED)
  const found = await grants.findTokens(keys)
  return found.filter(({ grant }) => isLive({ grant, client: state }, call)).length
}
