import { createPublicKey, type KeyObject } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../json.ts'

/** Nothing of it is checked. */
export type Jwk = JsonObject

/** RFC 7517 section 5. */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** Shape only: a set may hold keys of kinds that are not known here (RFC 7517 section 5). */
export function isJwkSet(value: unknown): value is JwkSet {
  return isJsonObject(value) && Array.isArray(value['keys']) && value['keys'].every(isJsonObject)
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
