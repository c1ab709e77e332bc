import { authenticateClient, identifyClient } from '../../shared/authentication/client-authentication.ts'
import { findAccessToken, findRefreshFamily } from '../../shared/token/find-token.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Tokens } from '../../shared/store/grant.ts'
import type { RevocationRequest } from './request.ts'

/**
 * Revokes a token of the authenticated client, and with it the whole grant (decision D40). Bound tokens need no certificate
 * here (requirement F07). The call succeeds for an unknown token, too.
 *
 * @throws Refusal revocation-…, or when the client is not authenticated
 * @see RFC 7009 section 2
 */
export async function revoke(request: RevocationRequest, call: Call): Promise<void> {
  const { client } = await identifyClient(request.credentials, call)
  call.log.note({ client: client.clientId })
  await authenticateClient(client, request.credentials, call)
  const grant = await findGrant(request.token, call)
  if (grant === undefined) return
  if (grant.client !== client.clientId) throw new Refusal('revocation-of-other-client')
  await call.store.grants.revoke(grant)
}

/** The family of a replaced refresh token leads to its grant. A replaced access token leads to none. */
async function findGrant(token: string, call: Call): Promise<Tokens | undefined> {
  const family = await findRefreshFamily(token, call)
  if (family !== undefined) return family.grant
  const found = await findAccessToken(token, call)
  return typeof found === 'string' ? undefined : found.grant
}
