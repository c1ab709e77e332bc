const SCHEME = /(?:^|,)\s*dpop(?:[\s,]|$)/i

/**
 * Whether a request has a DPoP proof, or a token by the scheme `DPoP` (RFC 9449 sections 4.1 and 7.1). DPoP is not offered, and
 * a client that asks for a token which is bound to its key must not get another one.
 *
 * @param headers the values of all headers, by their names in lower case
 */
export function usesDpop(headers: ReadonlyMap<string, readonly string[]>): boolean {
  return headers.has('dpop') || (headers.get('authorization') ?? []).some((value) => SCHEME.test(value))
}
