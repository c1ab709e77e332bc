import type { JsonObject } from '../../../shared/json.ts'
import type { Service } from '../../../shared/store/service.ts'
import { signJwt } from '../../../shared/token/sign.ts'
import { success } from '../../../shared/web-api.ts'
import type { ClaimsMembers, ContentMembers, UserinfoIssueSuccess } from '../answer-schema.ts'
import type { Userinfo } from './decide.ts'

/**
 * The registered claims of JWTs (RFC 7519 section 4.1), which the caller cannot set. A signed response without `exp` and `iat` cannot pass
 * for an ID token or an access token.
 */
const PROTECTED: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

/** `/auth/userinfo/issue`, actions JSON and JWT (Authlete contract, section 2.12): `responseContent` is a string. */
export function userinfoIssueResponse(userinfo: Userinfo, { issuer }: Service): UserinfoIssueSuccess {
  return {
    // Authlete publishes this text.
    ...success('A096001', 'An ID token was generated successfully.'),
    action: userinfo.signature === undefined ? 'JSON' : 'JWT',
    responseContent: contentOf(userinfo, issuer),
  }
}

function contentOf({ sub, claims, signature }: Userinfo, issuer: string): string {
  const further = claimsOfCaller(claims)
  const content: ContentMembers = { sub }
  if (signature === undefined) return JSON.stringify(Object.assign(content, further))
  const signed: ClaimsMembers = { iss: issuer, aud: signature.audience, sub }
  return signJwt('JWT', Object.assign(signed, further), signature)
}

/** A claim without a value is left out (OpenID Connect Core section 5.3.2). */
function claimsOfCaller(claims: JsonObject): JsonObject {
  const given = Object.entries(claims)
  return Object.fromEntries(
    given.filter(([name, value]) => !PROTECTED.has(name) && value !== null && value !== ''),
  )
}
