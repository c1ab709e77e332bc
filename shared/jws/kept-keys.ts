import type { KeyObject } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { canonicalText, type Jwk, publicKeyOfJwk } from '../certificate/jwk-set.ts'
import { isUnsafeToVerify, isWeakKey, keyStrength } from '../certificate/public-key.ts'

/** A text has at most 1,500 characters, because larger keys are not used. */
const LIMIT_KEYS = 1000

/**
 * Keys that have verified a signature, by their canonical text. The use, the operations, the algorithm and private members of a JWK are
 * not kept: each JWK is checked for them.
 */
const kept = new BoundedMap<string, KeyObject>(LIMIT_KEYS)

/** A key that may verify a signature, with the canonical text of its JWK. */
export interface UsableKey {
  readonly text: string
  readonly key: KeyObject
}

/** @returns `undefined` for a malformed JWK, a weak key and a key that is too large (decision D18, requirement P03) */
export function findUsableKey(jwk: Jwk): UsableKey | undefined {
  const text = canonicalText(jwk)
  if (text === undefined) return undefined
  const key = kept.get(text) ?? importUsableKey(jwk)
  return key && { text, key }
}

/** Keeps a key, so that its next signature costs no import. Only a right signature may fill the memory: anyone can send keys. */
export function keepKey({ text, key }: UsableKey): void {
  if (!kept.has(text)) kept.set(text, key)
}

function importUsableKey(jwk: Jwk): KeyObject | undefined {
  const key = publicKeyOfJwk(jwk)
  // Every curve of a JWK is strong, and to ask OpenSSL for it costs as much as the import.
  if (key === undefined || jwk['kty'] === 'EC') return key
  const strength = keyStrength(key)
  return isWeakKey(strength) || isUnsafeToVerify(strength) ? undefined : key
}
