import type { KeyObject } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { canonicalText, type Jwk, publicKeyOfJwk } from '../certificate/jwk-set.ts'
import { isUnsafeToVerify, isWeakKey, keyStrength } from '../certificate/public-key.ts'

/** A text has at most 1,500 characters, because larger keys are not used. */
const LIMIT_KEYS = 1000

/**
 * Keys that have verified signatures, by their canonical text; `undefined` after the first signature. The use, the operations, the
 * algorithm and private members of a JWK are not kept: each JWK is checked for them.
 */
const kept = new BoundedMap<string, KeyObject | undefined>(LIMIT_KEYS)

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

/**
 * Keeps a key after its second signature, so that the next one costs no import. Only a right signature may fill the memory: anyone can
 * send keys. Clients with a new key for each proof would fill it with keys that are used once: V8 does not count OpenSSL's memory, so it frees
 * those too late, and a process takes three times the memory.
 */
export function keepKey({ text, key }: UsableKey): void {
  if (kept.get(text) === undefined) kept.set(text, kept.has(text) ? key : undefined)
}

function importUsableKey(jwk: Jwk): KeyObject | undefined {
  const key = publicKeyOfJwk(jwk)
  // Every curve of a JWK is strong, and to ask OpenSSL for it costs as much as the import.
  if (key === undefined || jwk['kty'] === 'EC') return key
  const strength = keyStrength(key)
  return isWeakKey(strength) || isUnsafeToVerify(strength) ? undefined : key
}
