import type { KeyObject } from 'node:crypto'
import { type Jwk, type JwkSet, publicKeyOfJwk } from '../certificate/jwk-set.ts'
import { isUnsafeToVerify, isWeakKey, keyStrength } from '../certificate/public-key.ts'
import { type KeyKind, JWS_ALGORITHMS, DEFAULT_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import type { CompactJws } from '../request/compact-jws.ts'

/** Anyone can send an assertion without a `kid`, so the number of keys to try is bounded. */
const MAX_KEYS_TRIED = 16

/** Why a JWS is not accepted. */
export type JwsFault =
  'algorithm-wrong' | 'crit-unknown' | 'kid-malformed' | 'key-unknown' | 'signature-wrong'

/**
 * Verifies the signature with the given keys, never with a key in the header or behind a URL of the header.
 *
 * @param alg the registered algorithm, if any
 * @returns `undefined` for a valid signature
 * @see RFC 8725 sections 3.1 and 3.10, RFC 7515 section 4.1.11
 */
export async function verifyCompactJws(
  { text, header }: CompactJws,
  jwks: JwkSet,
  alg: string | undefined,
): Promise<JwsFault | undefined> {
  const used = (alg === undefined ? DEFAULT_ALGORITHMS : [alg]).find((allowed) => allowed === header['alg'])
  const algorithm = used === undefined ? undefined : JWS_ALGORITHMS.get(used)
  if (used === undefined || algorithm === undefined) return 'algorithm-wrong'
  // No extension is supported, and an empty list is malformed.
  if (header['crit'] !== undefined) return 'crit-unknown'
  const { kid } = header
  if (kid !== undefined && typeof kid !== 'string') return 'kid-malformed'

  // Keys of different kinds or uses may share a `kid` (RFC 7517 section 4.5, requirement M11).
  const named = kid === undefined ? jwks.keys : jwks.keys.filter((jwk) => jwk['kid'] === kid)
  const fitting = named.filter((jwk) => fits(jwk, used, algorithm))
  const keys = fitting.slice(0, MAX_KEYS_TRIED).flatMap(usableKey)
  if (keys.length === 0) return 'key-unknown'
  for (const key of keys) if (await isSignedBy(text, key, used)) return undefined
  return 'signature-wrong'
}

function fits(jwk: Jwk, alg: string, { kty, crv }: KeyKind): boolean {
  const { use = 'sig', key_ops: operations = ['verify'] } = jwk
  return (
    jwk['kty'] === kty &&
    (crv === undefined || jwk['crv'] === crv) &&
    use === 'sig' &&
    (jwk['alg'] ?? alg) === alg &&
    Array.isArray(operations) &&
    operations.includes('verify')
  )
}

/** Leaves out a malformed JWK, a weak key and a key that is too large (decision D18, requirement P03). */
function usableKey(jwk: Jwk): KeyObject[] {
  const key = publicKeyOfJwk(jwk)
  if (key === undefined) return []
  const strength = keyStrength(key)
  return isWeakKey(strength) || isUnsafeToVerify(strength) ? [] : [key]
}

async function isSignedBy(text: string, key: KeyObject, alg: string): Promise<boolean> {
  const { compactVerify, errors } = await import('jose')
  try {
    await compactVerify(text, key, { algorithms: [alg] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
