/** The claims of a JWT, or the members of an introspection response. */
export type TokenClaims = Readonly<Record<string, unknown>>

/** An access token that passed the check. It is frozen, with all its claims. */
export interface AccessToken {
  /** The issuer. Different issuers can give one `subject` or `clientId` to different parties. */
  readonly issuer: string
  readonly clientId: string
  /** The end-user. A client's own token has the client itself or `undefined`. */
  readonly subject: string | undefined
  readonly scopes: readonly string[]
  /** The claims of the JWT, or the members of the introspection response. */
  readonly claims: TokenClaims
}

/**
 * Reads a valid access token for this resource. It does not check the binding.
 *
 * @throws RequestRefusal if the text is not such a token
 * @throws Error if the keys or the introspection endpoint cannot be reached, which is not the caller's fault
 */
export type ReadToken = (token: string) => Promise<AccessToken>

/** The issuer of the tokens and the resource that they are for, with the exact values of the tokens (RFC 8725 sections 3.8 and 3.9). */
export interface ExpectedClaims {
  readonly issuer: string
  readonly audience: string
}
