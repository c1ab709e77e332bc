import { PUBLIC_SECONDS } from '../../../shared/http.ts'
import type { Service } from '../../../shared/store/service.ts'
import { offersOpenid } from '../../../shared/token/scopes.ts'
import { accessTokenKey, preferredKey } from '../../../shared/token/sign.ts'
import { toMilliseconds } from '../listing.ts'
import type { KeyUseAnswer } from './answer-schema.ts'
import { isNotCutOff } from './key-rotation.ts'
import { KEY_SETTINGS } from './settings-schema.ts'

export type KeyUse = KeyUseAnswer

/**
 * The uses of each key of a service, and the time when it may be withdrawn (docs/keys.md). They depend on the record and not on the
 * clock.
 *
 * @param cacheSeconds how long functions use records that they have read (`REGISTRY_CACHE_SECONDS`)
 */
export function keyUsesOf(service: Service, cacheSeconds: number): KeyUse[] {
  return service.jwks.map((jwk) => ({
    kid: jwk.kid,
    alg: jwk.alg,
    ...rolesOf(jwk, service),
    ...datesOf(jwk, service, cacheSeconds),
  }))
}

function rolesOf({ kid, alg }: Service['jwks'][number], service: Service) {
  const signsTokens = accessTokenKey(service)?.kid === kid
  const signsResponses = preferredKey(alg, 'introspectionSignatureKeyId', service)?.kid === kid
  const signsIdTokens =
    offersOpenid(service) && preferredKey(alg, 'idTokenSignatureKeyId', service)?.kid === kid
  const signsUserinfo = preferredKey(alg, 'userInfoSignatureKeyId', service)?.kid === kid
  return {
    signs: [
      ...(signsTokens ? (['ACCESS_TOKENS'] as const) : []),
      ...(signsResponses ? (['INTROSPECTION_RESPONSES'] as const) : []),
      ...(signsIdTokens ? (['ID_TOKENS'] as const) : []),
      ...(signsUserinfo ? (['USERINFO_RESPONSES'] as const) : []),
    ],
    namedBy: KEY_SETTINGS.filter((name) => service[name] === kid),
  }
}

function datesOf({ kid }: Service['jwks'][number], service: Service, cacheSeconds: number) {
  const { publishedAt, signingSince } = service.keyDates.find((dates) => dates.kid === kid) ?? {}
  const use = service.keyUses.find((one) => one.kid === kid)
  const isHeld = use !== undefined && isNotCutOff(use, service)
  return {
    publishedAt: toMilliseconds(publishedAt),
    signsWellFrom: publishedAt && toMilliseconds(publishedAt + PUBLIC_SECONDS + cacheSeconds),
    signingSince: toMilliseconds(signingSince),
    signedUntil: toMilliseconds(use?.signedUntil),
    withdrawableAt: isHeld ? toMilliseconds(use.tokensEnd) : undefined,
  }
}
