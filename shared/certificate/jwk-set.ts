import { createPublicKey, type KeyObject } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../json.ts'

/** A JWK whose members are not checked. */
export type Jwk = JsonObject

/** A JWK Set (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** Checks the shape only: a set may have keys of an unknown kind (RFC 7517 section 5). */
export function isJwkSet(value: unknown): value is JwkSet {
  return isJsonObject(value) && Array.isArray(value['keys']) && value['keys'].every(isJsonObject)
}

/** Members that only private and symmetric keys have (RFC 7518 section 6). */
export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Whether a JWK has a member that only private and symmetric keys have. */
export function isPrivate(jwk: Jwk): boolean {
  return privateMemberOf(jwk) !== undefined
}

/** The name of the first private member, if the key has one. */
export function privateMemberOf(jwk: Jwk): string | undefined {
  return PRIVATE_MEMBERS.find((name) => Object.hasOwn(jwk, name))
}

/**
 * The public key of a JWK.
 *
 * @returns `undefined` for an unknown kind of key, for a point off its curve, and for a member that does not have its only
 *   valid spelling (RFC 7518 section 6), so that no changed character goes unnoticed
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
