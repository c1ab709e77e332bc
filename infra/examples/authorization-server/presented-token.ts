import type { Request } from 'express'

const CREDENTIALS = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i

interface PresentedToken {
  readonly token: string
  /** The DPoP proof, with the scheme `DPoP` only: a token that is bound to a key must not come as a bearer token (RFC 9449 section 7.2). */
  readonly dpop: string | undefined
}

/**
 * Only from the headers: a token in a form or a query ends up in logs (RFC 9700 section 4.3.2).
 *
 * @returns `undefined` without a token, and for the scheme `DPoP` without a proof
 */
export function presentedToken({ headers }: Request): PresentedToken | undefined {
  const [, scheme, token] = CREDENTIALS.exec(headers.authorization ?? '') ?? []
  if (token === undefined) return undefined
  if (scheme?.toLowerCase() === 'bearer') return { token, dpop: undefined }
  // Node joins repeated headers with a comma, which is in no proof.
  const dpop = headers['dpop']?.toString()
  return dpop ? { token, dpop } : undefined
}
