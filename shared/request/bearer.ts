const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i
/** The scheme alone, whatever follows. */
const ATTEMPT = /^bearer(?:[\s,]|$)/i

/**
 * The token of a request to a protected resource: from the `Authorization` header and from nowhere else (RFC 6750
 * section 2.1, requirement N03).
 *
 * @param authorization the values of every `Authorization` header that was sent
 * @returns `absent` also for another scheme: that request did not try (section 3.1); `malformed` for two headers or two
 *   tokens and for what is not in the grammar
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

/** `WWW-Authenticate` values of RFC 6750 section 3, in the Web API's spelling: no space after a comma. */
export function bearerChallenge(
  error: string,
  members: Readonly<Record<string, string | undefined>> = {},
): string {
  const rest = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [`,${name}="${value}"`],
  )
  return `Bearer error="${error}"${rest.join('')}`
}
