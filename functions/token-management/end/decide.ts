import type { LogEntry } from '../../../shared/log.ts'
import type { Runtime } from '../../../shared/runtime.ts'
import type { Grants } from '../../../shared/store/grants.ts'
import type { Service } from '../../../shared/store/service.ts'
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
export async function endTokens(
  request: EndRequest,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<number> {
  const { grants } = runtime.store
  if ('accessToken' in request) {
    return endFound(
      await findByAccessToken(grants, service.apiKey, request.accessToken),
      service,
      runtime,
      entry,
    )
  }
  if ('refreshToken' in request) {
    return endFound(
      await findByRefreshToken(grants, service.apiKey, request.refreshToken),
      service,
      runtime,
      entry,
    )
  }
  if (request.client === undefined) {
    const all = await allClients(service, runtime)
    return endOfSubject(all, request.subject, service, runtime)
  }
  const client = await clientNamed(request.client, service, runtime)
  entry.client = client.clientId
  return request.subject === undefined
    ? cutOff(client.clientId, service, runtime)
    : endOfSubject([client.clientId], request.subject, service, runtime)
}

async function endFound(
  found: FoundGrant | undefined,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<number> {
  if (found === undefined) return 0
  entry.client = found.grant.client
  await runtime.store.grants.revoke(found.grant)
  return lives(found, service, runtime.now()) ? 1 : 0
}

/** As far as the index knows (docs/store.md). @returns how many grants lived until now */
export async function endOfSubject(
  clients: readonly number[],
  subject: string,
  service: Service,
  runtime: Runtime,
): Promise<number> {
  const { grants } = runtime.store
  const found = await grants.findTokens(await listKeys(grants, service, clients, subject))
  await revokeAll(grants, found)
  return found.filter((grant) => lives(grant, service, runtime.now())).length
}

async function revokeAll(grants: Grants, found: readonly FoundGrant[]): Promise<void> {
  for (let start = 0; start < found.length; start += DELETIONS_AT_ONCE) {
    const some = found.slice(start, start + DELETIONS_AT_ONCE)
    await Promise.all(some.map(({ grant }) => grants.revoke(grant)))
  }
}

/** By the client's state, so that nothing is missed however late the index is: that only counts. */
async function cutOff(client: number, service: Service, runtime: Runtime): Promise<number> {
  const { grants, clients } = runtime.store
  const state = await grants.findState(service.apiKey, client)
  if (!(await clients.cutOff(service.apiKey, client, runtime.now()))) return 0
  const keys = (await grants.list(service.apiKey, client)).slice(0, MAX_COUNTED)
  const found = await grants.findTokens(keys)
  return found.filter(({ grant }) => lives({ grant, client: state }, service, runtime.now())).length
}
