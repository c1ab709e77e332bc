import { type Binding, boundThumbprint, judge } from '../../../shared/certificate/binding.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { findRefreshFamily, type FoundRefreshToken, proves } from '../../../shared/token/find-token.ts'
import { type IssuedTokens, makeTokens } from '../../../shared/token/issue.ts'
import {
  deriveRefreshToken,
  nextRefreshToken,
  type RefreshToken,
} from '../../../shared/token/refresh-token.ts'
import { refreshTokenSeconds } from '../../../shared/token/lifetimes.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import { bindTo, mayRenewCertificate } from '../../../shared/token/token-binding.ts'
import { narrowedResources, parseResources } from '../../../shared/token/resource.ts'
import { covers, parseScope } from '../../../shared/request/scope.ts'
import { whyInvalid, expired } from '../../../shared/token/standing.ts'
import { addTo } from '../../../shared/token/terms.ts'
import { keyOf } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/call.ts'
import type { RefreshMembers, Terms, Tokens } from '../../../shared/store/grant.ts'
import type { TokenRequest } from '../request.ts'
import type { TokenContext } from './grant-type.ts'

/** A replaced token that comes again within this time was most likely sent twice, not stolen (decision D39). */
const REUSE_GRACE_SECONDS = 10

/**
 * Refreshes the access token of a grant (RFC 6749 section 6), bound as the grant demands (RFC 8705 section 4).
 *
 * @throws Refusal refresh-…, resource-malformed, binding-certificate-…
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
  const refreshed = await refreshOnce(presented, request, context, call)
  if (refreshed !== 'lost') return refreshed
  // Somebody sent the same token at the same moment. Where it is answered once more, this one is too.
  const again = call.service.refreshTokenIdempotent
    ? await refreshOnce(presented, request, context, call)
    : 'lost'
  if (again === 'lost') throw new Refusal('refresh-token-unknown')
  return again
}

async function refreshOnce(
  presented: string,
  request: TokenRequest,
  context: TokenContext,
  call: Call,
): Promise<IssuedTokens | 'lost'> {
  const found = await findRefreshed(presented, context, call)
  const { grant, refresh } = found
  const binding = judgeBinding(grant, request, context)
  call.log.note({ thumbprint: boundThumbprint(binding) })
  const narrowed = {
    scopes: narrowedScopes(request.scope, grant.terms),
    resources: narrowedTo(request.resources, grant.terms),
  }
  const terms = addTo(grant.terms, request.extras, 'token-properties-too-large')
  const next = await successor(presented, request, found, context, call)

  const { client, clientIdAlias } = context
  const { grantType, createdAt, code } = grant
  const order = {
    ...{ key: keyOf(grant.service, grant), client, clientIdAlias, grantType, terms, narrowed, binding },
    ...{ accessTokenDuration: request.extras.accessTokenDuration, createdAt, code, refresh: next },
  }
  const issued = await makeTokens(order, call)
  const written = await call.store.grants.refresh(refresh, issued.grant)
  if (!written.done) return 'lost'
  const { refreshTokenIdempotent } = call.service
  return { ...issued, previousRefreshTokenUsed: refreshTokenIdempotent ? next.again === true : undefined }
}

/** The grant of the token's family, of this client and not barred. Whether the token is current is still open. */
async function findRefreshed(
  presented: string,
  { client }: TokenContext,
  call: Call,
): Promise<FoundRefreshToken> {
  const found = await findRefreshFamily(presented, call)
  if (found === undefined) throw new Refusal('refresh-token-unknown')
  if (found.grant.client !== client.clientId) throw new Refusal('refresh-token-of-other-client')
  const bar = whyInvalid(found.client, call.service, found.refresh.refreshIssuedAt)
  if (bar === 'cut-off') throw new Refusal('refresh-token-cut-off')
  if (bar !== undefined) throw new Refusal(bar === 'locked' ? 'client-locked' : 'client-deleted')
  return found
}

const BINDING_REASON = {
  missing: 'binding-certificate-missing',
  unreadable: 'binding-certificate-unreadable',
  differs: 'refresh-certificate-differs',
  damaged: 'refresh-binding-damaged',
} as const satisfies Record<string, Reason>

/**
 * What the new access token is bound to. A grant once bound stays bound (decision D6); who authenticates anew by
 * certificate or assertion may have renewed its certificate, all others need the one of the grant (decisions D4 and D5).
 */
function judgeBinding(grant: Tokens, request: TokenRequest, context: TokenContext): Binding {
  const { certificate } = request.credentials
  const anew = mayRenewCertificate(context.client.tokenAuthMethod)
  const verdict = judge(grant.binding, certificate)
  if (verdict === 'damaged') throw new Refusal(BINDING_REASON.damaged)
  if (verdict === 'unbound') {
    if (context.binding !== 'none' && !anew) throw new Refusal('refresh-grant-unbound')
    return context.binding
  }
  if (!anew && verdict !== 'holds') throw new Refusal(BINDING_REASON[verdict])
  return bindTo(certificate)
}

/** A narrower scope is only for this access token; the grant keeps its own (requirement C23). */
function narrowedScopes(scope: string | undefined, { scopes }: Terms): readonly string[] {
  if (scope === undefined) return scopes
  const asked = parseScope(scope)
  if (asked === 'malformed') throw new Refusal('scope-malformed')
  if (!covers(scopes, asked)) throw new Refusal('refresh-scope-wider')
  return asked
}

/** The same for resources. */
function narrowedTo(resources: readonly string[], terms: Terms): readonly string[] {
  const asked = parseResources(resources)
  if (asked === 'malformed') throw new Refusal('resource-malformed')
  const narrowed = narrowedResources(asked, terms.resources)
  if (narrowed === 'wider') throw new Refusal('refresh-resource-wider')
  return narrowed
}

/** Architecture, section 3: kept; rotated; or rotated, and the replaced token answered once more for a short while. */
async function successor(
  presented: string,
  { extras }: TokenRequest,
  { grant, refresh }: FoundRefreshToken,
  { client }: TokenContext,
  call: Call,
): Promise<RefreshToken> {
  const { service, now } = call
  if (!proves(presented, refresh.refreshDigest)) {
    const again = sentTwice(presented, grant, refresh, call)
    if (again === 'reused') {
      await call.store.grants.end(grant)
      call.log.note({ ended: 'refresh-token-reuse' })
    }
    if (typeof again === 'string') throw new Refusal('refresh-token-unknown')
    return again
  }
  if (expired(refresh.refreshExpiresAt, now)) throw new Refusal('refresh-token-expired')
  const seconds = extras.refreshTokenDuration
  const refreshed = { key: keyOf(grant.service, grant), client, terms: grant.terms }
  if (!service.refreshTokenKept) return nextRefreshToken(presented, refresh, refreshed, call, seconds)
  if (!service.refreshTokenDurationReset) return { token: presented, members: refresh }
  const lifetime = seconds ?? refreshTokenSeconds(service, client, grant.terms.scopes)
  return { token: presented, members: { ...refresh, refreshExpiresAt: later(now, lifetime) } }
}

/**
 * A token of the family that is not the current one. The one replaced last is forgiven for a while, as a lost answer
 * makes honest clients send it again; anything else of the family is in two hands.
 */
function sentTwice(
  presented: string,
  grant: Tokens,
  { replaced, ...current }: RefreshMembers,
  { service, now }: Call,
): RefreshToken | 'reused' | 'forgiven' {
  if (replaced === undefined || !proves(presented, replaced.digest)) return 'reused'
  if (now > later(replaced.at, REUSE_GRACE_SECONDS)) return 'reused'
  if (
    !service.refreshTokenIdempotent ||
    replaced.nonce === undefined ||
    expired(current.refreshExpiresAt, now)
  )
    return 'forgiven'
  const token = deriveRefreshToken(presented, replaced.nonce, keyOf(grant.service, grant))
  return proves(token, current.refreshDigest)
    ? { token, members: { ...current, replaced }, again: true }
    : 'forgiven'
}
