import { createHmac } from 'node:crypto'
import type { Call } from '../runtime/call.ts'
import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import type { Client } from '../store/client.ts'
import { digest, type TokenDigest } from '../store/digest.ts'
import type { GrantKey, RefreshMembers, Terms } from '../store/grant.ts'
import { refreshTokenSeconds } from './lifetimes.ts'
import { locateRefreshToken, makeFamily, makeRefreshSecret, makeRefreshToken } from './token-string.ts'

export interface RefreshToken {
  readonly token: string
  readonly members: RefreshMembers
  /** Present if the token was already issued, and a retry with the replaced token gets it again. */
  readonly repeatable?: true
}

/** The grant of a refresh token. The lifetime depends on the client and the scopes. */
export interface RefreshedGrant {
  readonly key: GrantKey
  readonly client: Client
  readonly terms: Pick<Terms, 'scopes'>
}

/** The first refresh token of a grant, if service and client use refresh tokens. @param seconds replaces the settings */
export function firstRefreshToken(
  grant: RefreshedGrant,
  call: Call,
  seconds?: number,
): RefreshToken | undefined {
  const bothLists = [call.service.supportedGrantTypes, grant.client.grantTypes]
  if (!bothLists.every((grantTypes) => grantTypes.includes('REFRESH_TOKEN'))) return undefined
  return newRefreshToken(grant, call, seconds)
}

/** A refresh token of a new family. @param seconds replaces the settings */
export function newRefreshToken(
  { key, client, terms }: RefreshedGrant,
  { service, now, random }: Call,
  seconds = refreshTokenSeconds(service, client, terms.scopes),
): RefreshToken {
  const family = makeFamily(random)
  const token = makeRefreshToken(key, family, makeRefreshSecret(random))
  return withMembers(token, digest(family), now, addSeconds(now, seconds))
}

function withMembers(
  token: string,
  familyDigest: TokenDigest,
  refreshIssuedAt: EpochSeconds,
  refreshExpiresAt: EpochSeconds,
) {
  return { token, members: { refreshDigest: digest(token), refreshIssuedAt, refreshExpiresAt, familyDigest } }
}

/** The successor of a refresh token, in the same family. @param seconds replaces the settings */
export function nextRefreshToken(
  presented: string,
  current: RefreshMembers,
  { key, client, terms }: RefreshedGrant,
  { service, now, random }: Call,
  seconds?: number,
): RefreshToken {
  const nonce = random(32).toString('base64url')
  const token = deriveRefreshToken(presented, nonce, key)
  const expiresAt =
    seconds === undefined && service.refreshTokenDurationKept
      ? current.refreshExpiresAt
      : addSeconds(now, seconds ?? refreshTokenSeconds(service, client, terms.scopes))
  const { members } = withMembers(token, current.familyDigest, now, expiresAt)
  const { refreshDigest, refreshIssuedAt: issuedAt, refreshExpiresAt: end } = current
  const forRetries = service.refreshTokenIdempotent ? { nonce, issuedAt, end } : {}
  return { token, members: { ...members, replaced: { digest: refreshDigest, at: now, ...forRetries } } }
}

/** The secret of the successor is HMAC-SHA-256(nonce, replaced token), so it can be derived again (architecture, section 3). */
export function deriveRefreshToken(presented: string, nonce: string, key: GrantKey): string {
  const located = locateRefreshToken(presented)
  if (located === undefined) throw new Error('the refresh token is malformed')
  return makeRefreshToken(key, located.family, createHmac('sha256', nonce).update(presented).digest())
}
