import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { JsonObject } from '../../../shared/json.ts'
import { parseJsonObject } from '../../../shared/request/strict-json.ts'
import { isSub } from '../../../shared/token/terms.ts'

/** The claims of the authorization server about the end-user of a token. */
export interface UserinfoIssueRequest {
  readonly token: string
  readonly claims: JsonObject
  /** Replaces the subject of the token. */
  readonly sub: string | undefined
}

export const UserinfoIssueCall = lazyObject(() => ({
  token: z.optional(z.string()),
  /** A JSON object as text. */
  claims: z.optional(z.string()),
  sub: z.optional(z.string()),
  claimsForTx: z.optional(z.unknown()),
  verifiedClaimsForTx: z.optional(z.unknown()),
}))

/** Members for transformed claims. */
const NOT_OFFERED = ['claimsForTx', 'verifiedClaimsForTx'] as const

/**
 * `/auth/userinfo/issue` of the Web API (Authlete contract, section 2.12).
 *
 * @throws Refusal member-refused, userinfo-token-missing, userinfo-claims-malformed, userinfo-sub-malformed
 */
export function readUserinfoIssue(call: z.infer<typeof UserinfoIssueCall>): UserinfoIssueRequest {
  const refused = NOT_OFFERED.find((name) => call[name] !== undefined)
  if (refused !== undefined) throw new Refusal('member-refused', { named: refused })
  const { token, sub } = call
  if (token === undefined) throw new Refusal('userinfo-token-missing')
  if (sub !== undefined && !isSub(sub)) throw new Refusal('userinfo-sub-malformed')
  return { token, sub, claims: readClaims(call.claims) }
}

function readClaims(text: string | undefined): JsonObject {
  if (text === undefined) return {}
  const claims = parseJsonObject(Buffer.from(text))
  if (claims === undefined) throw new Refusal('userinfo-claims-malformed')
  return claims
}
