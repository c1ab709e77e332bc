const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i
/** The scheme, then white space, a comma or the end. */
const ATTEMPT = /^bearer(?:[\s,]|$)/i

/**
 * Reads the token of a request to a protected resource, only from the `Authorization` header (RFC 6750 section 2.1,
 * requirement N03).
 *
 * @param authorization the values of all `Authorization` headers
 * @returns `absent` without a header or for another scheme (section 3.1); `malformed` for two headers, for two tokens and
 *   for text outside of the grammar
 */
export function readBearer(
  authorization: readonly string[],
): { readonly token: string } | 'absent' | 'malformed' {
  const [header, ...more] = authorization
  if (header === undefined) return 'absent'
  if (more.length > 0) return 'malformed'
  const token = BEARER.exec(header)?.[1]
  if (token !== undefined) return { token }
  return ATTEMPT.test(header) ? 'malformed' : 'absent'
}

/** A value for `WWW-Authenticate` (RFC 6750 section 3, RFC 9449 section 7.1). As in the Web API, no space follows a comma. */
export function bearerChallenge(
  error: string,
  members: Readonly<Record<string, string | undefined>> = {},
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): string {
  const rest = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [`,${name}="${value}"`],
  )
  return `${scheme} error="${error}"${rest.join('')}`
}
