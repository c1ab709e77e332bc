import { Refusal } from '../../../shared/refusal/refusal.ts'
import { proves } from '../../../shared/token/find-token.ts'
import { isExpired, refuseInvalid } from '../../../shared/token/standing.ts'
import { keyOf, locateOpaque } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { RequestInUse } from '../../../shared/store/grant.ts'
import type { AuthorizationRequest } from './request.ts'

/** RFC 9126 section 2.2. */
const PREFIX = 'urn:ietf:params:oauth:request_uri:'

export function requestUriOf(reference: string): string {
  return PREFIX + reference
}

/**
 * Finds the pushed request of this client, used or not, until the authorization server has decided.
 *
 * @returns `undefined` if no service of certbound issued the request URI. It may name a request object elsewhere (RFC 9101 section 5.2)
 * @throws Refusal request-uri-…, request-object, authorization-client-…
 */
export async function findPushed(
  { requestUri, requestObject }: AuthorizationRequest,
  { clientId }: Client,
  { service, store, now }: Call,
): Promise<RequestInUse | undefined> {
  if (requestUri?.startsWith(PREFIX) !== true) return undefined
  if (requestObject !== undefined) throw new Refusal('request-object')
  const reference = requestUri.slice(PREFIX.length)
  const locator = locateOpaque(reference)
  if (locator === undefined) throw new Refusal('request-uri-unknown')
  const { grant, client } = await store.grants.find(keyOf(service.apiKey, locator))
  if (grant?.stage !== 'PUSHED' && grant?.stage !== 'TICKET') throw new Refusal('request-uri-unknown')
  const { pushed } = grant
  if (pushed === undefined || !proves(reference, pushed.pushedDigest))
    throw new Refusal('request-uri-unknown')
  if (grant.client !== clientId) throw new Refusal('request-uri-of-other-client')
  if (isExpired(pushed.pushedExpiresAt, now)) throw new Refusal('request-uri-expired')
  refuseInvalid(client, service, pushed.pushedAt, INVALID_REASON)
  return { ...grant, pushed }
}

const INVALID_REASON = {
  deleted: 'authorization-client-unknown',
  locked: 'authorization-client-locked',
  'cut-off': 'request-uri-cut-off',
} as const
