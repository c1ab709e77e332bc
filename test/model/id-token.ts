import { isDeepStrictEqual } from 'node:util'
import { decodeJwt } from 'jose'
import { SUBJECT } from '../support/walk.ts'
import type { Play } from './play.ts'
import type { Held } from './state.ts'

/**
 * Judges the ID token that comes with an access token, if the end-user has granted `openid`. It must be for the client and the
 * end-user; only the first one has the nonce of the request, and none has a time of the login that nobody sent (OpenID Connect Core section 2).
 */
export function judgeIdToken(
  play: Play,
  { grant, made, from }: Held,
  scopes: readonly string[],
  text: unknown,
) {
  const { number, service } = grant.client
  const isFirst = from?.kind === 'code'
  const isExpected =
    scopes.includes('openid') && (isFirst || grant.held.some(({ kind }) => kind === 'ID token'))
  if (text === undefined && (!isExpected || service.deletions.length > 0)) return
  if (typeof text !== 'string' || !isExpected) play.fail(`the answer has the ID token ${String(text)}`)
  const { iss, aud, sub, nonce, auth_time } = decodeJwt(text)
  const right = [service.issuer, String(number), SUBJECT, isFirst ? grant.nonce : undefined, undefined]
  if (!isDeepStrictEqual([iss, aud, sub, nonce, auth_time], right))
    play.fail(`an ID token has ${JSON.stringify(decodeJwt(text))}`)
  play.hold(grant, 'ID token', text, made, { from, expiry: [] })
}
