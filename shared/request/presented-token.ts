const CREDENTIALS = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*)$/i
/** A scheme, then white space, a comma or the end. */
const ATTEMPT = /^(?:bearer|dpop)(?:[\s,]|$)/i

/** An access token of a request to a protected resource. A proof comes with the scheme `DPoP` only. */
export interface PresentedToken {
  readonly token: string
  /** `undefined`: the scheme is `Bearer`. */
  readonly proof: string | undefined
}

/**
 * Reads the token and its proof of possession, only from the headers (RFC 6750 section 2.1, RFC 9449 section 7.1, requirement N03).
 * The scheme decides how the token is used: a proof beside a bearer token is refused, and so is the scheme `DPoP` without one.
 *
 * @param authorization the values of all `Authorization` headers
 * @param dpop the values of all `DPoP` headers
 * @returns `absent` without an `Authorization` header or for another scheme (RFC 6750 section 3.1); `malformed` for two headers of a
 *   kind, for two tokens and for text outside of the grammar
 */
export function readPresentedToken(
  authorization: readonly string[],
  dpop: readonly string[],
): PresentedToken | 'absent' | 'malformed' | 'proof-missing' | 'proof-needless' {
  const [header, ...more] = authorization
  const [proof, ...others] = dpop
  if (more.length > 0 || others.length > 0) return 'malformed'
  const [, scheme, token] = (header === undefined ? undefined : CREDENTIALS.exec(header)) ?? []
  if (scheme === undefined || token === undefined) {
    return header !== undefined && ATTEMPT.test(header) ? 'malformed' : 'absent'
  }
  const isByDpop = scheme.toLowerCase() === 'dpop'
  if (isByDpop && proof === undefined) return 'proof-missing'
  return isByDpop || proof === undefined ? { token, proof } : 'proof-needless'
}
