import type { LogEntry } from '../../shared/log.ts'
import { authenticateClient, identifyClient } from '../../shared/authentication/client-authentication.ts'
import { findAccessToken, findRefreshFamily } from '../../shared/token/find-token.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Runtime } from '../../shared/runtime.ts'
import type { Tokens } from '../../shared/store/grant.ts'
import type { Grants } from '../../shared/store/grants.ts'
import type { Service } from '../../shared/store/service.ts'
import type { RevocationRequest } from './request.ts'

/**
 * Revokes a token of the client that asks, and with it the whole grant (decisions D40). A bound token needs no
 * certificate for that: giving up a token needs no proof (F07). A token that is not there is revoked.
 *
 * @throws Refusal revocation-…, or when the client is not authenticated
 * @see RFC 7009 section 2
 */
export async function revoke(
  request: RevocationRequest,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<void> {
  const { store } = runtime
  const { client } = await identifyClient(request.credentials, service, store.registry)
  entry.client = client.clientId
  await authenticateClient(client, request.credentials, service, runtime)
  const grant = await findGrant(store.grants, service, request.token)
  if (grant === undefined) return
  if (grant.client !== client.clientId) throw new Refusal('revocation-of-other-client')
  await store.grants.revoke(grant)
}

/** A refresh token that was replaced proves its grant by its family; a replaced access token proves nothing. */
async function findGrant(grants: Grants, service: Service, token: string): Promise<Tokens | undefined> {
  const family = await findRefreshFamily(grants, service.apiKey, token)
  if (family !== undefined) return family.grant
  const found = await findAccessToken(grants, service.apiKey, token)
  return typeof found === 'string' ? undefined : found.grant
}
