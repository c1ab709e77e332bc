import type { JsonObject } from '../../../shared/json.ts'
import { LIMITS } from '../../../shared/limits.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import type { OrderedIdToken, Ticket } from '../../../shared/store/grant.ts'
import { type EndUserAuthentication, isSub } from '../../../shared/token/terms.ts'

/** The contents of the ID token from the authorization server, which knows the end-user. */
export interface IdTokenContents {
  /** If absent, the subject of the grant is used. */
  readonly sub: string | undefined
  /** The claims without those that certbound writes. */
  readonly claims: JsonObject
  readonly headers: JsonObject | undefined
}

/** The header parameters for the verification and the type of a JWT (RFC 7515 section 4.1, RFC 7516, RFC 7797). */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...['alg', 'typ', 'kid', 'cty', 'crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256'],
  ...['enc', 'zip', 'epk', 'apu', 'apv', 'iv', 'tag', 'p2s', 'p2c'],
])

/**
 * Checks the contents of the ID token that the client will get for the code.
 *
 * @param requested the client's request; `undefined` for a request of plain OAuth 2.0, which gets no ID token
 * @param subject the subject of the grant
 * @throws Refusal name-reserved, issue-claims-too-large, issue-headers-too-large, issue-sub-malformed, issue-auth-time-missing,
 *   issue-acr-missing, issue-other-end-user
 * @see OpenID Connect Core sections 2, 3.1.2.2 and 5.5.1.1
 */
export function orderIdToken(
  requested: Ticket['requestedIdToken'],
  { sub, claims, headers = {} }: IdTokenContents,
  subject: string,
  { acr, authTime }: EndUserAuthentication,
): OrderedIdToken | undefined {
  if (requested === undefined) return undefined
  const { nonce, essentialAcrs, authTimeRequired } = requested
  if (sub !== undefined && !isSub(sub)) throw new Refusal('issue-sub-malformed')
  if (authTimeRequired && authTime === undefined) throw new Refusal('issue-auth-time-missing')
  if (essentialAcrs !== undefined && !essentialAcrs.includes(acr ?? ''))
    throw new Refusal('issue-acr-missing')
  if (requested.sub !== undefined && requested.sub !== (sub ?? subject))
    throw new Refusal('issue-other-end-user')
  const named = Object.keys(headers).find((name) => RESERVED_HEADERS.has(name))
  if (named !== undefined) throw new Refusal('name-reserved', { named })
  return {
    ...(nonce === undefined ? {} : { nonce }),
    ...(sub === undefined ? {} : { sub }),
    ...storedMember('claims', claims, LIMITS.claims, 'issue-claims-too-large'),
    ...storedMember('headers', headers, LIMITS.headers, 'issue-headers-too-large'),
  }
}

function storedMember(
  name: 'claims' | 'headers',
  members: object,
  maxBytes: number,
  tooLarge: Reason,
): OrderedIdToken {
  const text = JSON.stringify(members)
  if (Buffer.byteLength(text) > maxBytes) throw new Refusal(tooLarge)
  return Object.keys(members).length === 0 ? {} : { [name]: text }
}
