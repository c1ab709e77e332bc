import { boundThumbprint, judge } from '../../../shared/certificate/binding.ts'
import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { findRefreshFamily, type FoundRefreshToken, proves } from '../../../shared/token/find-token.ts'
import { type IssuedTokens, makeTokens } from '../../../shared/token/issue.ts'
import { withRefreshedIdToken } from '../../../shared/token/id-token.ts'
import {
  deriveRefreshToken,
  nextRefreshToken,
  type RefreshToken,
} from '../../../shared/token/refresh-token.ts'
import { refreshTokenSeconds } from '../../../shared/token/lifetimes.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { narrowedResources, parseResources } from '../../../shared/token/resource.ts'
import { covers, parseScope } from '../../../shared/request/scope.ts'
import { thumbprintOf } from '../../../shared/certificate/presented.ts'
import { isBoundBeforeDate, isBoundToRevoked, isRevoked } from '../../../shared/token/revoked-certificate.ts'
import { isExpired, refuseInvalid } from '../../../shared/token/standing.ts'
import { addTo } from '../../../shared/token/terms.ts'
import { keyOf } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { LOST, repeatWhileLost } from '../../../shared/store/unavailable.ts'
import type { RefreshMembers, Terms, Tokens } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { TokenRequest } from '../request.ts'
import type { TokenContext } from './grant-type.ts'
import { nextBinding } from './next-binding.ts'

/** A replaced token that is presented within this time is probably a retry, and was not stolen (decision D39). */
const REUSE_GRACE_SECONDS = 10

/**
 * Issues a new access token for a refresh token (RFC 6749 section 6), and binds it if the grant is bound or the settings
 * require it (RFC 8705 section 4).
 *
 * @throws Refusal refresh-…, resource-malformed, binding-certificate-…, dpop-used
 */
export async function refreshTokens(
  request: TokenRequest,
  context: TokenContext,
  call: Call,
): Promise<IssuedTokens> {
  const { refreshToken: presented } = request
  if (presented === undefined) {
    throw new Refusal(request.empty.has('refresh_token') ? 'refresh-token-empty' : 'refresh-token-missing')
  }
  // Another writer may change the grant between the read and the write, so each attempt reads it again.
  return repeatWhileLost(() => refreshOnce(presented, request, context, call))
}

async function refreshOnce(
  presented: string,
  request: TokenRequest,
  context: TokenContext,
  call: Call,
): Promise<IssuedTokens | typeof LOST> {
  const found = await findRefreshGrant(presented, context, call)
  const { grant, refresh } = found
  const next = await nextBinding(grant, context, call)
  call.log.note({ thumbprint: boundThumbprint(next.binding) })
  const narrowed = {
    scopes: narrowScopes(request.scope, grant.terms),
    resources: narrowResources(request.resources, grant.terms),
  }
  const terms = addTo(grant.terms, request.extras, 'token-properties-too-large')
  const successor = await chooseSuccessor(presented, request, found, context, call)

  const { client, clientIdAlias, certificate } = context
  const { grantType, createdAt, code } = grant
  const order = {
    key: keyOf(grant.service, grant),
    client,
    clientIdAlias,
    grantType,
    terms,
    narrowed,
    ...next,
    certificate,
    accessTokenDuration: request.extras.accessTokenDuration,
    createdAt,
    code,
    refresh: successor,
  }
  const issued = await withRefreshedIdToken(await makeTokens(order, call), grant.issuedIdToken, context, call)
  const written = await call.store.grants.refresh({ ...grant, refresh }, issued.grant, context.proof)
  if (!written.done) return LOST
  const { refreshTokenIdempotent } = call.service
  return {
    ...issued,
    previousRefreshTokenUsed: refreshTokenIdempotent ? successor.repeatable === true : undefined,
  }
}

/** Finds the valid grant of this client by the token's family. The token may have been replaced. */
async function findRefreshGrant(
  presented: string,
  { client, certificate }: TokenContext,
  call: Call,
): Promise<FoundRefreshToken> {
  const thumbprint = thumbprintOf(certificate)
  const found = await findRefreshFamily(presented, call, undefined, thumbprint)
  if (found === undefined) throw new Refusal('refresh-token-unknown')
  if (found.grant.client !== client.clientId) throw new Refusal('refresh-token-of-other-client')
  refuseInvalid(found.client, call.service, found.refresh.refreshIssuedAt, INVALID_REASON)
  if (isRevoked(found.client, thumbprint) || isBoundToRevoked(found.client, found.grant.binding))
    throw new Refusal('refresh-certificate-revoked')
  // If the certificate of the request is the bound one, it is checked when the tokens are made.
  const isBound = judge(found.grant.binding, { certificate, proofKey: undefined }) === 'holds'
  if (!isBound && (await isBoundBeforeDate(found.grant, 'note', call)))
    throw new Refusal('refresh-certificate-revoked')
  return found
}

const INVALID_REASON = {
  deleted: 'client-deleted',
  locked: 'client-locked',
  'cut-off': 'refresh-token-cut-off',
} as const

/** The narrower scopes are only for this access token. The grant keeps its scopes (requirement C23). */
function narrowScopes(scope: string | undefined, { scopes }: Terms): readonly string[] {
  if (scope === undefined) return scopes
  const requested = parseScope(scope)
  if (requested === 'malformed') throw new Refusal('scope-malformed')
  if (!covers(scopes, requested)) throw new Refusal('refresh-scope-wider')
  return requested
}

/** The narrower resources are only for this access token. */
function narrowResources(resources: readonly string[], terms: Terms): readonly string[] {
  const requested = parseResources(resources)
  if (requested === 'malformed') throw new Refusal('resource-malformed')
  const narrowed = narrowedResources(requested, terms.resources)
  if (narrowed === 'wider') throw new Refusal('refresh-resource-wider')
  return narrowed
}

/** The next refresh token. The settings decide whether it is the same or a new one, and whether a retry gets the same new one. */
async function chooseSuccessor(
  presented: string,
  { extras }: TokenRequest,
  { grant, client: state, refresh }: FoundRefreshToken,
  { client, proof }: TokenContext,
  call: Call,
): Promise<RefreshToken> {
  const { service, now } = call
  if (!proves(presented, refresh.refreshDigest)) {
    const retry = successorOfRetry(presented, grant, refresh, call)
    if (retry === 'reused') {
      // Replaying a whole request, used proof included, must not end the grant.
      await call.store.grants.end(grant, proof)
      call.log.note({ ended: 'refresh-token-reuse' })
    }
    const { issuedAt, end } = refresh.replaced ?? {}
    if (typeof retry === 'string' || issuedAt === undefined || end === undefined)
      throw new Refusal('refresh-token-unknown')
    // Another process, which had not read the cut-off yet, may have replaced it.
    refuseInvalid(state, service, issuedAt, INVALID_REASON)
    if (isExpired(end, now)) throw new Refusal('refresh-token-expired')
    return retry
  }
  if (isExpired(refresh.refreshExpiresAt, now)) throw new Refusal('refresh-token-expired')
  const seconds = extras.refreshTokenDuration
  const refreshed = { key: keyOf(grant.service, grant), client, terms: grant.terms }
  const { refreshTokenKept } = settingsOf(service, client)
  if (!refreshTokenKept) return nextRefreshToken(presented, refresh, refreshed, call, seconds)
  const members = dropOldReplaced(refresh, now)
  if (!service.refreshTokenDurationReset) return { token: presented, members }
  const lifetime = seconds ?? refreshTokenSeconds(service, client, grant.terms.scopes)
  return { token: presented, members: { ...members, refreshExpiresAt: addSeconds(now, lifetime) } }
}

/** The current token can be derived from the replaced token and the nonce, so the nonce stays only while a retry may need it. */
function dropOldReplaced({ replaced, ...members }: RefreshMembers, now: EpochSeconds): RefreshMembers {
  return replaced !== undefined && isRetryTime(replaced, now) ? { ...members, replaced } : members
}

function isRetryTime({ at }: NonNullable<RefreshMembers['replaced']>, now: EpochSeconds): boolean {
  return now <= addSeconds(at, REUSE_GRACE_SECONDS)
}

/**
 * Decides whether a replaced refresh token is a retry or a replay. An honest client that lost the answer sends the last token again, so
 * this is forgiven for a short time. Any other reuse means that two parties have the token.
 */
function successorOfRetry(
  presented: string,
  grant: Tokens,
  { replaced, ...current }: RefreshMembers,
  { service, now }: Call,
): RefreshToken | 'reused' | 'forgiven' {
  if (replaced === undefined || !proves(presented, replaced.digest)) return 'reused'
  if (!isRetryTime(replaced, now)) return 'reused'
  if (
    !service.refreshTokenIdempotent ||
    replaced.nonce === undefined ||
    isExpired(current.refreshExpiresAt, now)
  )
    return 'forgiven'
  const token = deriveRefreshToken(presented, replaced.nonce, keyOf(grant.service, grant))
  return proves(token, current.refreshDigest)
    ? { token, members: { ...current, replaced }, repeatable: true }
    : 'forgiven'
}
