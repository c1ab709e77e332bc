import { parseSecureUrl } from '../resource-url.ts'
import { RequestRefusal } from './request-refusal.ts'

/** The claims of a JWT, or the members of an introspection response. */
export type TokenClaims = Readonly<Record<string, unknown>>

/**
 * Reads the contents of a valid access token of the issuer for this resource: the claims of a JWT (RFC 9068 section 2.2) or the
 * members of an introspection response (RFC 7662 section 2.2). It does not check the binding.
 *
 * @throws RequestRefusal if the text is not such a token
 * @throws Error if the keys or the introspection endpoint cannot be reached, which is not the caller's fault
 */
export type ReadToken = (token: string) => Promise<TokenClaims>

/**
 * The issuer of the tokens and the resource that they are for, with the exact values of the tokens (RFC 8725 sections 3.8 and 3.9).
 */
export interface ExpectedClaims {
  readonly issuer: string
  readonly audience: string
}

/**
 * @param claims the claims of a token, which the issuer has signed or returned
 * @throws RequestRefusal issuer-wrong, audience-wrong
 */
export function requireExpectedClaims(claims: TokenClaims, { issuer, audience }: ExpectedClaims): void {
  const { client_id: clientId, iss, aud } = claims
  if (iss !== issuer) throw new RequestRefusal('issuer-wrong', { clientId, expected: issuer, actual: iss })
  if (Array.isArray(aud) ? aud.includes(audience) : aud === audience) return
  throw new RequestRefusal('audience-wrong', { clientId, expected: audience, actual: aud })
}

/**
 * Parses the URL of the issuer's keys or of its introspection endpoint. It must use TLS, because an attacker who can change
 * these answers can make every token valid. Plain HTTP is accepted on the same machine.
 *
 * @param option the name of the option, for the message
 * @throws TypeError if the text is not a URL with TLS
 */
export function trustedUrl(text: string, option: string): URL {
  const url = parseSecureUrl(text)
  if (url === undefined) throw new TypeError(`${option} must be an https URL`)
  return url
}
