type Scheme = 'bearer' | 'dpop'

const SCHEME = /^[a-z]+(?=[\s,]|$)/i
/** RFC 6750 section 2.1. */
const TOKEN = /^ +([A-Za-z0-9._~+/-]+=*)$/

/**
 * Reads the token of a request, only from the `Authorization` header (RFC 6750 section 2.1, RFC 9449 section 7.1, requirement N03).
 *
 * @param authorization the values of all `Authorization` headers
 * @returns `absent` without a header or for another scheme (RFC 6750 section 3.1); `malformed` for two headers, for two tokens and
 *   for text outside of the grammar
 */
export function readToken(
  authorization: readonly string[],
  schemes: readonly Scheme[],
): { readonly scheme: Scheme; readonly token: string } | 'absent' | 'malformed' {
  const [header = '', ...more] = authorization
  if (more.length > 0) return 'malformed'
  const name = SCHEME.exec(header)?.[0].toLowerCase()
  const scheme = schemes.find((known) => known === name)
  if (scheme === undefined) return 'absent'
  const token = TOKEN.exec(header.slice(scheme.length))?.[1]
  return token === undefined ? 'malformed' : { scheme, token }
}

/** A value for `WWW-Authenticate` (RFC 6750 section 3, RFC 9449 section 7.1). No space follows a comma, as Authlete writes it. */
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
