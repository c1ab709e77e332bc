import type { Request } from 'express'

const CREDENTIALS = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i

interface PresentedToken {
  readonly token: string
  /** The DPoP proof, only with the scheme `DPoP`, because a key-bound token must not be used as a bearer token (RFC 9449 section 7.2). */
  readonly dpop: string | undefined
}

/**
 * Reads a token only from the headers, because tokens in a form or a query get into logs (RFC 9700 section 4.3.2).
 *
 * @returns `undefined` if there is no token, or if the scheme is `DPoP` and there is no proof
 */
export function presentedToken({ headers }: Request): PresentedToken | undefined {
  const [, scheme, token] = CREDENTIALS.exec(headers.authorization ?? '') ?? []
  if (token === undefined) return undefined
  if (scheme?.toLowerCase() === 'bearer') return { token, dpop: undefined }
  // Node joins repeated headers with a comma, which a proof cannot contain.
  const dpop = headers['dpop']?.toString()
  return dpop ? { token, dpop } : undefined
}
