import { proves } from '../../../shared/token/find-token.ts'
import { type IssuedTokens, makeTokens } from '../../../shared/token/issue.ts'
import { withIdToken } from '../../../shared/token/id-token.ts'
import { firstRefreshToken } from '../../../shared/token/refresh-token.ts'
import { isVerifier, verifies } from '../../../shared/token/pkce.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { narrowedResources, parseResources } from '../../../shared/token/resource.ts'
import { endOlderGrants } from '../../../shared/token/end-older-grants.ts'
import { thumbprintOf } from '../../../shared/certificate/presented.ts'
import { isRevoked } from '../../../shared/token/revoked-certificate.ts'
import { isExpired, refuseInvalid } from '../../../shared/token/standing.ts'
import { addTo } from '../../../shared/token/terms.ts'
import { keyOf, locateOpaque } from '../../../shared/token/token-string.ts'
import { judge } from '../../../shared/certificate/binding.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import type { Code, CodeMembers, Tokens } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { TokenRequest } from '../request.ts'
import type { TokenContext } from './grant-type.ts'

/**
 * Redeems an authorization code once. A second redemption is refused. If all its other parameters are right, it is a replay,
 * which ends the grant and all its tokens. Otherwise it changes nothing (decisions D22 and D23).
 *
 * @throws Refusal code-…, redirect-uri-…, verifier-…, resource-malformed, dpop-used
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.6
 */
export async function redeemCode(
  request: TokenRequest,
  context: TokenContext,
  call: Call,
): Promise<IssuedTokens> {
  const { grants } = call.store
  const { code, codeVerifier, empty } = request
  if (code === undefined) throw new Refusal(empty.has('code') ? 'code-empty' : 'code-missing')
  if (codeVerifier !== undefined && !isVerifier(codeVerifier)) throw new Refusal('verifier-malformed')
  const resources = parseResources(request.resources)
  if (resources === 'malformed') throw new Refusal('resource-malformed')
  const { grant, members } = await findCode(code, context, call)
  requireRedirectUri(request.redirectUri, members)
  requireVerifier(request, members)
  requireKey(members, context)
  if (grant.stage === 'TOKENS') return endReplayed(grant, context, call)
  requireProfile(members, context, call)
  if (isExpired(members.codeExpiresAt, call.now)) throw new Refusal('code-expired')

  const issued = await makeTokensForCode(grant, resources, request, context, call)
  const redeemed = await grants.redeem(grant, issued.grant, context.proof)
  if (redeemed.done) {
    await endOlderGrants(issued.grant, context.client, call)
    return issued
  }
  const { current } = redeemed
  if (current?.stage === 'TOKENS' && current.code?.codeDigest === members.codeDigest) {
    return endReplayed(current, context, call)
  }
  throw new Refusal('code-unknown')
}

const INVALID_REASON = {
  deleted: 'client-deleted',
  locked: 'client-locked',
  'cut-off': 'code-cut-off',
} as const

interface FoundCode {
  readonly grant: Code | Tokens
  readonly members: CodeMembers
}

/** Finds a valid code of this client, redeemed or not. */
async function findCode(
  code: string,
  { client, certificate }: TokenContext,
  { service, store }: Call,
): Promise<FoundCode> {
  const locator = locateOpaque(code)
  if (locator === undefined) throw new Refusal('code-unknown')
  const presented = thumbprintOf(certificate)
  const { grant, client: state } = await store.grants.find(
    keyOf(service.apiKey, locator),
    undefined,
    presented,
  )
  if (grant === undefined || grant.stage === 'PUSHED' || grant.stage === 'TICKET')
    throw new Refusal('code-unknown')
  if (grant.code === undefined || !proves(code, grant.code.codeDigest)) throw new Refusal('code-unknown')
  if (grant.client !== client.clientId) throw new Refusal('code-of-other-client')
  refuseInvalid(state, service, grant.code.codeIssuedAt, INVALID_REASON)
  if (isRevoked(state, presented)) throw new Refusal('code-certificate-revoked')
  return { grant, members: grant.code }
}

function requireRedirectUri(redirectUri: string | undefined, code: CodeMembers): void {
  if (redirectUri === code.redirectUri) return
  if (redirectUri === undefined) throw new Refusal('redirect-uri-missing')
  throw new Refusal(code.redirectUri === undefined ? 'redirect-uri-unexpected' : 'redirect-uri-differs')
}

/** Prevents PKCE downgrades: a missing and an unexpected verifier are both refused (RFC 9700 section 4.8.2). */
function requireVerifier({ codeVerifier, empty }: TokenRequest, { challenge }: CodeMembers): void {
  if (challenge === undefined && codeVerifier === undefined) return
  if (challenge === undefined) throw new Refusal('verifier-unexpected')
  if (codeVerifier === undefined) {
    throw new Refusal(empty.has('code_verifier') ? 'verifier-empty' : 'verifier-missing')
  }
  if (!verifies(codeVerifier, challenge)) throw new Refusal('verifier-differs')
}

/** RFC 9449 section 10: only the key in the authorization request may redeem the code. */
function requireKey({ dpopJkt }: CodeMembers, { proof }: TokenContext): void {
  if (dpopJkt === undefined) return
  const verdict = judge({ jkt: dpopJkt }, { certificate: 'absent', proofKey: proof.jkt })
  if (verdict === 'holds') return
  throw new Refusal(verdict === 'missing-proof' ? 'code-key-missing' : 'code-key-differs')
}

/** A code may be older than the switch to a profile. */
function requireProfile(
  { challenge, codeIssuedAt }: CodeMembers,
  { client }: TokenContext,
  { service, now }: Call,
): void {
  const { isRetroactive, pkceS256Required, authorizationCodeDuration } = settingsOf(service, client)
  if (!isRetroactive) return
  if (pkceS256Required && challenge?.method !== 'S256') throw new Refusal('code-breaks-fapi2')
  if (isExpired(addSeconds(codeIssuedAt, authorizationCodeDuration), now)) throw new Refusal('code-expired')
}

async function makeTokensForCode(
  grant: Code,
  requested: readonly string[],
  { extras }: TokenRequest,
  context: TokenContext,
  call: Call,
): Promise<IssuedTokens> {
  const { client, clientIdAlias, binding, certificate } = context
  const resources = narrowedResources(requested, grant.terms.resources)
  if (resources === 'wider') throw new Refusal('code-resource-wider')
  const key = keyOf(grant.service, grant)
  const terms = addTo(grant.terms, extras, 'token-properties-too-large')
  const order = {
    key,
    client,
    clientIdAlias,
    grantType: 'AUTHORIZATION_CODE',
    terms,
    narrowed: { scopes: terms.scopes, resources },
    binding,
    certificate,
    accessTokenDuration: extras.accessTokenDuration ?? grant.accessTokenDuration,
    code: grant.code,
    refresh: firstRefreshToken({ key, client, terms }, call, extras.refreshTokenDuration),
  } as const
  return withIdToken(await makeTokens(order, call), grant.orderedIdToken, context, call)
}

/** Replaying a whole request, used proof included, must not end the grant. */
async function endReplayed(grant: Tokens, { proof }: TokenContext, { store, log }: Call): Promise<never> {
  await store.grants.end(grant, proof)
  log.note({ ended: 'code-replay' })
  throw new Refusal('code-unknown')
}
