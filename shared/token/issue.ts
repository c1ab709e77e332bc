import { createHmac } from 'node:crypto'
import type { Binding } from '../certificate/binding.ts'
import { type EpochSeconds, later } from '../epoch-seconds.ts'
import type { Call } from '../call.ts'
import type { Client } from '../store/client.ts'
import type { Authentication, CodeMembers, GrantKey, RefreshMembers, Tokens } from '../store/grant.ts'
import type { Service, SigningAlgorithm } from '../store/service.ts'
import { MAX_TOKEN_LENGTH } from './find-token.ts'
import { signAccessToken } from './jwt.ts'
import { accessTokenSeconds, refreshTokenSeconds } from './lifetimes.ts'
import { propertyMembers } from './properties.ts'
import { Refusal } from '../refusal/refusal.ts'
import { audOf } from './resource.ts'
import { findAccessTokenKey } from './signing-key.ts'
import { claimsOf, type StoredExtras } from './extras.ts'
import {
  locateRefreshToken,
  makeFamily,
  makeIdentifier,
  makeOpaque,
  makeRefreshSecret,
  makeRefreshToken,
} from './token-string.ts'
import { digest } from '../store/digest.ts'

/** What the tokens are to say; everything in it has been decided. */
export interface TokenOrder extends StoredExtras, Authentication {
  readonly key: GrantKey
  readonly client: Client
  readonly clientIdAlias: string | undefined
  readonly grantType: Tokens['grantType']
  readonly subject: string | undefined
  /** Of the grant; `accessScopes` of this access token. */
  readonly scopes: readonly string[]
  readonly accessScopes: readonly string[]
  readonly resources: readonly string[]
  readonly accessResources: readonly string[]
  readonly binding: Binding
  /** Seconds, in place of the settings. */
  readonly accessTokenDuration?: number | undefined
  /** In place of the lifetime that service and client set. */
  readonly accessExpiresAt?: EpochSeconds | undefined
  /** Of the grant, when it is being refreshed. */
  readonly createdAt?: EpochSeconds
  readonly code?: CodeMembers | undefined
  readonly refresh?: RefreshToken | undefined
}

export interface RefreshToken {
  readonly token: string
  readonly members: RefreshMembers
  /** Answered once more, to the token that it replaced. */
  readonly again?: true
}

/** Tokens ready to be stored (`grant`) and then handed out. */
export interface Issued {
  readonly grant: Tokens
  /** The opaque token, or the `jti` of `jwt`. */
  readonly accessToken: string
  readonly jwt: string | undefined
  readonly refreshToken: string | undefined
  /** Of a refresh, where the replaced token may be answered once more. */
  readonly previousRefreshTokenUsed?: boolean | undefined
  readonly issuedAt: EpochSeconds
}

/**
 * Makes an access token for an order: the one place where one comes into being. Nothing is stored here.
 *
 * @throws Refusal unbound-not-fapi2, and jwt-not-signed when the service has no key for its algorithm
 */
export async function makeTokens(order: TokenOrder, call: Call): Promise<Issued> {
  const { service, now: issuedAt, random } = call
  const { key, refresh, accessScopes } = order
  if (service.fapi2 && order.binding === 'none') throw new Refusal('unbound-not-fapi2')
  const expiresAt = order.accessExpiresAt ?? accessTokenEnd(order, service, issuedAt)
  const jwtAlgorithm = service.accessTokenSignAlg
  const accessToken = jwtAlgorithm === undefined ? makeOpaque(key, random) : makeIdentifier(key, random)
  const jwt =
    jwtAlgorithm === undefined
      ? undefined
      : await signed(order, { jti: accessToken, iat: issuedAt, exp: expiresAt }, jwtAlgorithm, call)
  const grant: Tokens = {
    ...key,
    stage: 'TOKENS',
    clientIdAlias: order.clientIdAlias,
    grantType: order.grantType,
    subject: order.subject,
    scopes: order.scopes,
    accessScopes,
    resources: order.resources,
    accessResources: order.accessResources,
    binding: order.binding,
    properties: order.properties,
    jwtAtClaims: order.jwtAtClaims,
    acr: order.acr,
    authTime: order.authTime,
    createdAt: order.createdAt ?? issuedAt,
    accessDigest: digest(jwt ?? accessToken),
    accessIssuedAt: issuedAt,
    accessExpiresAt: expiresAt,
    code: order.code,
    refresh: refresh?.members,
  }
  return { grant, accessToken, jwt, refreshToken: refresh?.token, issuedAt }
}

/** The first refresh token of a grant, when the service and the client use them. */
export function firstRefreshToken(
  key: GrantKey,
  client: Client,
  scopes: readonly string[],
  call: Call,
  seconds = refreshTokenSeconds(call.service, client, scopes),
): RefreshToken | undefined {
  const used = [call.service.supportedGrantTypes, client.grantTypes]
  if (!used.every((grantTypes) => grantTypes.includes('REFRESH_TOKEN'))) return undefined
  return newRefreshToken(key, seconds, call)
}

/** A refresh token of a family of its own, for so many seconds. */
export function newRefreshToken(key: GrantKey, seconds: number, { now, random }: Call): RefreshToken {
  const family = makeFamily(random)
  const token = makeRefreshToken(key, family, makeRefreshSecret(random))
  return refreshToken(token, digest(family), now, later(now, seconds))
}

function refreshToken(
  token: string,
  familyDigest: RefreshMembers['familyDigest'],
  refreshIssuedAt: EpochSeconds,
  refreshExpiresAt: EpochSeconds,
) {
  return { token, members: { refreshDigest: digest(token), refreshIssuedAt, refreshExpiresAt, familyDigest } }
}

/** The successor of a refresh token of the same family. Its secret can be derived again by who has both halves. */
export function nextRefreshToken(
  presented: string,
  current: RefreshMembers,
  key: GrantKey,
  client: Client,
  scopes: readonly string[],
  { service, now, random }: Call,
  seconds?: number,
): RefreshToken {
  const nonce = random(32).toString('base64url')
  const token = deriveRefreshToken(presented, nonce, key)
  const expiresAt =
    seconds === undefined && service.refreshTokenDurationKept
      ? current.refreshExpiresAt
      : later(now, seconds ?? refreshTokenSeconds(service, client, scopes))
  const next = refreshToken(token, current.familyDigest, now, expiresAt)
  const replaced = {
    digest: current.refreshDigest,
    at: now,
    ...(service.refreshTokenIdempotent ? { nonce } : {}),
  }
  return { token, members: { ...next.members, replaced } }
}

/** HMAC-SHA-256(nonce of the rotation, token that it replaced) is the secret of the successor (architecture, section 3). */
export function deriveRefreshToken(presented: string, nonce: string, key: GrantKey): string {
  const located = locateRefreshToken(presented)
  if (located === undefined) throw new Error('a refresh token that was found has lost its form')
  return makeRefreshToken(key, located.family, createHmac('sha256', nonce).update(presented).digest())
}

async function signed(
  order: TokenOrder,
  times: { readonly jti: string; readonly iat: number; readonly exp: number },
  alg: SigningAlgorithm,
  call: Call,
): Promise<string> {
  const signing = await findAccessTokenKey(call)
  if (signing === undefined) {
    throw new Refusal('jwt-not-signed', { cause: new Error(`no ${alg} key in the service`) })
  }
  const clientId = order.clientIdAlias ?? String(order.client.clientId)
  const claims = {
    ...propertyMembers(order.properties),
    ...claimsOf(order),
    // Written last: nothing that a caller adds may say what these say.
    iss: call.service.issuer,
    sub: order.subject ?? clientId,
    aud: audOf(order, call.service),
    client_id: clientId,
    scope: order.accessScopes.length === 0 ? undefined : order.accessScopes.join(' '),
    acr: order.acr,
    auth_time: order.authTime,
    cnf: order.binding === 'none' ? undefined : order.binding,
    ...times,
  }
  const jwt = signAccessToken(claims, alg, signing.kid, signing.key)
  if (jwt.length > MAX_TOKEN_LENGTH) throw new Refusal('jwt-not-signed', { cause: new Error('too long') })
  return jwt
}

function accessTokenEnd(order: TokenOrder, service: Service, issuedAt: EpochSeconds): EpochSeconds {
  const { accessTokenDuration, client, accessScopes, refresh } = order
  const end = later(issuedAt, accessTokenDuration ?? accessTokenSeconds(service, client, accessScopes))
  const refreshEnd = refresh?.members.refreshExpiresAt
  return service.tokenExpirationLinked && refreshEnd !== undefined && refreshEnd < end ? refreshEnd : end
}
