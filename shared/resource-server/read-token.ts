/** Of a JWT, or the members of an introspection answer. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * What a live access token of the issuer for this resource says of itself: the claims of a JWT (RFC 9068 section 2.2) or
 * the members of an introspection answer (RFC 7662 section 2.2). `undefined`: it is none. Nothing of its binding is judged.
 *
 * @throws Error when it cannot be told: that is not the caller's fault
 */
export type ReadToken = (token: string) => Promise<Claims | undefined>

/** Whose tokens, and for which resource: both exactly as the tokens say it (RFC 8725 sections 3.8 and 3.9). */
export interface Expected {
  readonly issuer: string
  readonly audience: string
}

export function isMeant({ iss, aud }: Claims, { issuer, audience }: Expected): boolean {
  return iss === issuer && (Array.isArray(aud) ? aud.includes(audience) : aud === audience)
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Where keys and verdicts come from: over TLS, as whoever changes them on the way lets every token pass.
 * @throws TypeError
 */
export function trustedUrl(text: string, option: string): URL {
  const url = new URL(text)
  const local = url.protocol === 'http:' && LOOPBACK.includes(url.hostname)
  if (url.protocol !== 'https:' && !local) throw new TypeError(`${option} must be an https URL`)
  return url
}
