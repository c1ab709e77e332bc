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
