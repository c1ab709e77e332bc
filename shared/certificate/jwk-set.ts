import { createPublicKey, type KeyObject } from 'node:crypto'

/** Parsed JSON of which nothing is known but that it is an object. */
export type Jwk = Readonly<Record<string, unknown>>

/** RFC 7517 section 5. */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** Shape only: a set may hold keys of kinds that are not known here (RFC 7517 section 5). */
export function isJwkSet(value: unknown): value is JwkSet {
  return isObject(value) && Array.isArray(value['keys']) && value['keys'].every(isObject)
}

/**
 * The public key of a JWK. `undefined`: a kind that is not known here, a point off its curve, or members in another
 * than their one spelling (RFC 7518 section 6), so that no changed character goes unnoticed.
 */
export function publicKeyOfJwk(jwk: Jwk): KeyObject | undefined {
  const key = importKey(jwk)
  const members = Object.entries(key?.export({ format: 'jwk' }) ?? {})
  return members.every(([name, value]) => jwk[name] === value) ? key : undefined
}

function importKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
