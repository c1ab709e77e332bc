import type { Call } from '../runtime/call.ts'
import { isRevokedForNewTokens } from './certificate-in-use.ts'
import type { Binding } from '../certificate/binding.ts'
import type { PresentedCertificate } from '../certificate/presented.ts'
import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { Client } from '../store/client.ts'
import { digest } from '../store/digest.ts'
import { settingsOf } from '../store/profile.ts'
import type { CodeMembers, GrantKey, Terms, Tokens } from '../store/grant.ts'
import { clientIdText } from '../store/client-view.ts'
import { MAX_TOKEN_LENGTH } from './find-token.ts'
import { accessTokenSeconds } from './lifetimes.ts'
import type { RefreshToken } from './refresh-token.ts'
import { audOf } from './resource.ts'
import { findAccessTokenKey, signJwt } from './sign.ts'
import { claimsOf, withProperties } from './terms.ts'
import { makeIdentifier, makeOpaque } from './token-string.ts'
import { unlessEmpty } from '../web-api.ts'

/** The tokens to make. All checks have passed. */
export interface TokenOrder {
  readonly key: GrantKey
  readonly client: Client
  readonly clientIdAlias: string | undefined
  readonly grantType: Tokens['grantType']
  readonly terms: Terms
  /** The part of the terms for this access token. If absent, it gets all of them. */
  readonly narrowed?: Pick<Terms, 'scopes' | 'resources'>
  readonly binding: Binding
  /** Set if the grant has followed the announcement of a certificate. */
  readonly renewedByAnnouncement?: true | undefined
  /** The certificate of the request. It is `absent` if the request has only its thumbprint. */
  readonly certificate: PresentedCertificate
  /** A lifetime in seconds, which replaces that of the settings. */
  readonly accessTokenDuration?: number | undefined
  /** A time of expiry, which replaces the lifetime of the settings. */
  readonly accessExpiresAt?: EpochSeconds | undefined
  /** The time when an existing grant was created. */
  readonly createdAt?: EpochSeconds
  readonly code?: CodeMembers | undefined
  readonly refresh?: RefreshToken | undefined
}

/** New tokens. The caller must store `grant` before it returns them. */
export interface IssuedTokens {
  readonly grant: Tokens
  /** The opaque token, or the `jti` of `jwt`. */
  readonly accessToken: string
  readonly jwt: string | undefined
  readonly refreshToken: string | undefined
  /** Present if the end-user has granted `openid`. */
  readonly idToken?: string | undefined
  /** Present for a refresh if the service has `refreshTokenIdempotent`. */
  readonly previousRefreshTokenUsed?: boolean | undefined
  readonly issuedAt: EpochSeconds
}

/**
 * Makes the tokens of an order, and does not store them. Every access token is made here. A certificate to which they are bound is
 * noted, and must not be revoked.
 *
 * @param revoked the reason to refuse a revoked certificate
 * @throws Refusal unbound-not-fapi2; revoked; jwt-not-signed if the service has no key for its algorithm or the JWT is too long
 */
export async function makeTokens(
  order: TokenOrder,
  call: Call,
  revoked: Reason = 'binding-certificate-revoked',
): Promise<IssuedTokens> {
  const { service, now: issuedAt, random } = call
  const { key, client, terms, narrowed = terms, refresh } = order
  const { boundTokensOnly } = settingsOf(service, client)
  if (boundTokensOnly && order.binding === 'none') throw new Refusal('unbound-not-fapi2')
  const isJwt = service.accessTokenSignAlg !== undefined
  const accessToken = isJwt ? makeIdentifier(key, random) : makeOpaque(key, random)
  const unsigned = {
    ...key,
    stage: 'TOKENS',
    clientIdAlias: order.clientIdAlias,
    terms,
    grantType: order.grantType,
    createdAt: order.createdAt ?? issuedAt,
    binding: order.binding,
    renewedByAnnouncement: order.renewedByAnnouncement,
    accessIssuedAt: issuedAt,
    accessExpiresAt: order.accessExpiresAt ?? accessTokenEnd(order, narrowed.scopes, call),
    accessScopes: narrowed.scopes,
    accessResources: narrowed.resources,
    code: order.code,
    refresh: refresh?.members,
  } as const
  if (await isRevokedForNewTokens(unsigned, order.certificate, client, call)) throw new Refusal(revoked)
  const jwt = isJwt ? await signAccessToken(unsigned, accessToken, call) : undefined
  const grant = { ...unsigned, accessDigest: digest(jwt ?? accessToken) }
  return { grant, accessToken, jwt, refreshToken: refresh?.token, issuedAt }
}

/** RFC 9068 section 2. */
async function signAccessToken(
  tokens: Omit<Tokens, 'accessDigest' | 'binding'> & { readonly binding: Binding },
  jti: string,
  call: Call,
): Promise<string> {
  const { service } = call
  const key = await findAccessTokenKey(call)
  if (key === undefined) {
    const cause = new Error(`no ${String(service.accessTokenSignAlg)} key in the service`)
    throw new Refusal('jwt-not-signed', { cause })
  }
  const { terms, accessScopes, binding } = tokens
  const clientId = clientIdText(tokens.client, tokens.clientIdAlias)
  const claims = {
    ...claimsOf(terms),
    // These come last, so that additions of a caller cannot replace them.
    iss: service.issuer,
    sub: terms.subject ?? clientId,
    aud: audOf(tokens, service),
    client_id: clientId,
    scope: unlessEmpty(accessScopes)?.join(' '),
    acr: terms.acr,
    auth_time: terms.authTime,
    cnf: binding === 'none' ? undefined : binding,
    jti,
    iat: tokens.accessIssuedAt,
    exp: tokens.accessExpiresAt,
  }
  const jwt = signJwt('at+jwt', withProperties(claims, terms), key)
  if (jwt.length > MAX_TOKEN_LENGTH)
    throw new Refusal('jwt-not-signed', { cause: new Error('the JWT is too long') })
  return jwt
}

function accessTokenEnd(
  { accessTokenDuration, client, refresh }: TokenOrder,
  scopes: readonly string[],
  { service, now }: Call,
): EpochSeconds {
  const end = addSeconds(now, accessTokenDuration ?? accessTokenSeconds(service, client, scopes))
  const refreshEnd = refresh?.members.refreshExpiresAt
  return service.tokenExpirationLinked && refreshEnd !== undefined && refreshEnd < end ? refreshEnd : end
}
