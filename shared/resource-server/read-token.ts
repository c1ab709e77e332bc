import { parseSecureUrl } from '../resource-url.ts'

/** The claims of a JWT, or the members of an introspection response. */
export type TokenClaims = Readonly<Record<string, unknown>>

/**
 * Reads the contents of a live access token of the issuer for this resource: the claims of a JWT (RFC 9068 section 2.2) or the
 * members of an introspection response (RFC 7662 section 2.2). It does not judge the binding.
 *
 * @returns `undefined` when the text is not such a token
 * @throws Error when the keys or the introspection endpoint cannot be reached, which is not the caller's fault
 */
export type ReadToken = (token: string) => Promise<TokenClaims | undefined>

/**
 * The issuer of the tokens, and the resource that they are for: both exactly as in the tokens (RFC 8725 sections 3.8 and 3.9).
 */
export interface ExpectedClaims {
  readonly issuer: string
  readonly audience: string
}

export function hasExpectedClaims({ iss, aud }: TokenClaims, { issuer, audience }: ExpectedClaims): boolean {
  return iss === issuer && (Array.isArray(aud) ? aud.includes(audience) : aud === audience)
}

/**
 * Parses the URL of the issuer's keys or of its introspection endpoint. It must use TLS, because an attacker who can change
 * these answers can let every token pass. Plain HTTP is accepted on the own machine.
 *
 * @param option the name of the option, for the message
 * @throws TypeError when the text is not a URL, or is one without TLS
 */
export function trustedUrl(text: string, option: string): URL {
  const url = parseSecureUrl(text)
  if (url === undefined) throw new TypeError(`${option} must be an https URL`)
  return url
}
