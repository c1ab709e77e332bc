import { constants, type KeyObject, verify } from 'node:crypto'
import { isPrivate, type Jwk, type JwkSet } from '../certificate/jwk-set.ts'
import { DEFAULT_ALGORITHMS, JWS_ALGORITHMS, type JwsAlgorithm } from '../certificate/jws-algorithms.ts'
import type { CompactJws } from '../request/compact-jws.ts'
import { findUsableKey, keepKey } from './kept-keys.ts'

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
export function verifyCompactJws(
  jws: CompactJws,
  jwks: JwkSet,
  alg: string | undefined,
): JwsFault | undefined {
  const { header } = jws
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
  const keys = fitting.slice(0, MAX_KEYS_TRIED).flatMap((jwk) => findUsableKey(jwk) ?? [])
  if (keys.length === 0) return 'key-unknown'
  const signer = keys.find(({ key }) => isSignedBy(jws, key, algorithm))
  if (signer === undefined) return 'signature-wrong'
  keepKey(signer)
  return undefined
}

function fits(jwk: Jwk, alg: string, { kty, crv }: JwsAlgorithm): boolean {
  const { use = 'sig', key_ops: operations = ['verify'] } = jwk
  return (
    jwk['kty'] === kty &&
    (crv === undefined || jwk['crv'] === crv) &&
    use === 'sig' &&
    (jwk['alg'] ?? alg) === alg &&
    Array.isArray(operations) &&
    operations.includes('verify') &&
    !isPrivate(jwk)
  )
}

/** RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1. `node:crypto` costs half of a JOSE library here (docs/performance.md). */
function isSignedBy({ text, signature }: CompactJws, key: KeyObject, algorithm: JwsAlgorithm): boolean {
  const { hash, isPss, coordinateBytes } = algorithm
  const signed = Buffer.from(text.slice(0, text.lastIndexOf('.')))
  // A key in an object of options costs twice as much: Node first throws and catches two errors, each with a stack.
  if (isPss) return verify(hash, signed, { key, ...PSS }, signature)
  if (coordinateBytes === undefined) return verify(hash, signed, key, signature)
  return signature.length === 2 * coordinateBytes && verify(hash, signed, key, ecdsaSignature(signature))
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

/** Converts r || s (RFC 7518 section 3.4) to the form that OpenSSL verifies: SEQUENCE { INTEGER r, INTEGER s } in DER (RFC 3279 section 2.2.3). */
function ecdsaSignature(signature: Buffer): Buffer {
  const half = signature.length / 2
  const [r, s] = [derInteger(signature.subarray(0, half)), derInteger(signature.subarray(half))]
  const length = r.length + s.length
  return Buffer.concat([Buffer.from(length < 128 ? [0x30, length] : [0x30, 0x81, length]), r, s])
}

/** An INTEGER has no needless zero, but one before a first bit that would be the sign. */
function derInteger(unsigned: Buffer): Buffer {
  let start = 0
  while (unsigned[start] === 0 && start < unsigned.length - 1) start++
  const bytes = unsigned.subarray(start)
  const isZeroNeeded = bytes.readUInt8() > 127
  return Buffer.concat([
    Buffer.from(isZeroNeeded ? [0x02, bytes.length + 1, 0] : [0x02, bytes.length]),
    bytes,
  ])
}
