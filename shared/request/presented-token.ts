import { readToken } from './bearer.ts'

/** An access token of a request to a protected resource. It has a proof only if the scheme is `DPoP`. */
export interface PresentedToken {
  readonly token: string
  /** `undefined` if the scheme is `Bearer`. */
  readonly proof: string | undefined
}

/**
 * Reads the token and its proof of possession, only from the headers. The scheme decides how the token is used: a bearer token with a
 * proof is refused, and so is the scheme `DPoP` without a proof.
 *
 * @param authorization the values of all `Authorization` headers
 * @param dpop the values of all `DPoP` headers
 * @returns `absent` and `malformed` from `readToken`; `malformed` for two `DPoP` headers, too
 */
export function readPresentedToken(
  authorization: readonly string[],
  [proof, ...others]: readonly string[],
): PresentedToken | 'absent' | 'malformed' | 'proof-missing' | 'proof-needless' {
  const read = others.length > 0 ? 'malformed' : readToken(authorization, ['bearer', 'dpop'])
  if (typeof read === 'string') return read
  const isByDpop = read.scheme === 'dpop'
  if (isByDpop && proof === undefined) return 'proof-missing'
  return isByDpop || proof === undefined ? { token: read.token, proof } : 'proof-needless'
}
