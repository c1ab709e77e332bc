import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { accessTokenKey } from '../../../shared/token/sign.ts'
import type { Service } from '../../../shared/store/service.ts'

type KeyUses = Service['keyUses']

/**
 * Checks a change of keys, so that verifiers always know the key of a token (requirement H09). A key must be published before it
 * signs access tokens, and it must stay published until the last of them has expired. ID tokens are verified when they arrive, by keys that
 * are fetched again for an unknown `kid` (OpenID Connect Core section 10.1.1), so they need no wait.
 *
 * @param cacheSeconds how long functions may still sign with the previous key (`REGISTRY_CACHE_SECONDS`)
 * @returns the `keyUses` to store
 * @throws Refusal service-key-unpublished, service-key-in-use
 */
export function keyUsesAfter(
  before: Service,
  after: Service,
  now: EpochSeconds,
  cacheSeconds: number,
): KeyUses {
  requirePublished(before, after)
  const uses = withEndedUse(before, after, addSeconds(now, cacheSeconds)).filter((use) =>
    hasValidTokens(use, after, now),
  )
  const removed = uses.find(({ kid }) => !after.jwks.some((jwk) => jwk.kid === kid))
  if (removed !== undefined) throw new Refusal('service-key-in-use', { named: 'jwks' })
  return uses
}

/** The `keyDates` to store. A key that was removed from `jwks` and added again gets new dates. */
export function keyDatesAfter(before: Service, after: Service, now: EpochSeconds): Service['keyDates'] {
  const [signed, signs] = [accessTokenKey(before)?.kid, accessTokenKey(after)?.kid]
  return after.jwks.map(({ kid }) => {
    const known = before.keyDates.find((dates) => dates.kid === kid)
    const wasPublished = before.jwks.some((jwk) => jwk.kid === kid)
    const since = signed === kid ? known?.signingSince : now
    return {
      kid,
      publishedAt: wasPublished ? known?.publishedAt : now,
      signingSince: signs === kid ? since : undefined,
    }
  })
}

/** The first key of a service may sign at once, because no verifier relies on an older one. */
function requirePublished(before: Service, after: Service): void {
  const signing = accessTokenKey(after)
  if (signing === undefined || accessTokenKey(before) === undefined) return
  if (!before.jwks.some(({ kid }) => kid === signing.kid)) {
    throw new Refusal('service-key-unpublished', { named: 'accessTokenSignatureKeyId' })
  }
}

/** Adds a use if a key stops signing or signs shorter tokens, because its earlier tokens are still valid. */
function withEndedUse(before: Service, after: Service, signedUntil: EpochSeconds): KeyUses {
  const signed = accessTokenKey(before)
  const isKept = signed !== undefined && accessTokenKey(after)?.kid === signed.kid
  if (signed === undefined || (isKept && after.accessTokenDuration >= before.accessTokenDuration)) {
    return before.keyUses
  }
  const earlier = before.keyUses.find(({ kid }) => kid === signed.kid)
  const tokensEnd = Math.max(signedUntil + before.accessTokenDuration, earlier?.tokensEnd ?? 0)
  return [...before.keyUses.filter((use) => use !== earlier), { kid: signed.kid, signedUntil, tokensEnd }]
}

/** A cut-off later than `signedUntil` ends the tokens, so that a stolen key can be removed at once. */
function hasValidTokens(use: KeyUses[number], service: Service, now: EpochSeconds): boolean {
  return now < use.tokensEnd && isNotCutOff(use, service)
}

export function isNotCutOff({ signedUntil }: KeyUses[number], { tokensNotBefore = 0 }: Service): boolean {
  return tokensNotBefore <= signedUntil
}
