import type { KeyObject } from 'node:crypto'
import { LIMITS } from '../limits.ts'

/** The type and size of a key, from which `isWeakKey` decides. */
export interface KeyStrength {
  /** The type in `node:crypto`: `rsa`, `rsa-pss`, `ec`, `ed25519`, ... */
  readonly keyType: string
  /** Bits of the modulus or the curve; 0 if unknown, for example with explicit curve parameters. */
  readonly keyBits: number
  /** Set only for RSA keys. */
  readonly publicExponent?: bigint | undefined
  /** Whether an Ed25519 key has a small order, or is not encoded in the one valid way. */
  readonly isDegenerate?: boolean | undefined
}

/** FAPI 2.0 section 5.4.1. Every other type of key counts as too weak, regardless of its size (decision D18). */
const MINIMUM_BITS: ReadonlyMap<string, number> = new Map([
  ['rsa', LIMITS.leastBits],
  ['rsa-pss', LIMITS.leastBits],
  ['ec', 224],
  ['ed25519', 0],
  ['ed448', 0],
])

/** RFC 8032. OpenSSL gives no size for these types. */
const EDWARDS_BITS: ReadonlyMap<string, number> = new Map([
  ['ed25519', 256],
  ['ed448', 456],
])

/** Reads the type and size of a public key. */
export function keyStrength(key: KeyObject): KeyStrength {
  const { modulusLength, namedCurve, publicExponent } = key.asymmetricKeyDetails ?? {}
  const keyType = key.asymmetricKeyType ?? 'unknown'
  const keyBits = modulusLength ?? EDWARDS_BITS.get(keyType) ?? curveBits(namedCurve)
  const isDegenerate = keyType === 'ed25519' ? isDegeneratePoint(key) : undefined
  return { keyType, keyBits, publicExponent, isDegenerate }
}

/** Whether a key is too weak for client authentication. A binding accepts any key (decisions D1 and D18). */
export function isWeakKey(key: KeyStrength): boolean {
  return key.keyBits < (MINIMUM_BITS.get(key.keyType) ?? Infinity) || isUnsafe(key)
}

/**
 * With the exponent 1 or a point of small order, everybody can sign. An even exponent cannot belong to a key, and a long one makes
 * each verification slow.
 */
function isUnsafe({ publicExponent: e, isDegenerate = false }: KeyStrength): boolean {
  return isDegenerate || (e !== undefined && (e < 3n || e % 2n === 0n || e > LIMITS.exponent))
}

const FIELD_PRIME = 2n ** 255n - 19n
const Y_OF_ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
/** The `y` of the points of order 4, 1, 2, 8 and 8. */
const Y_OF_SMALL_ORDERS = [0n, 1n, FIELD_PRIME - 1n, Y_OF_ORDER_8, FIELD_PRIME - Y_OF_ORDER_8]

/** A key is 255 bits of `y`, the lowest byte first, and the sign of `x` (RFC 8032 section 5.1.2). OpenSSL accepts any 32 bytes. */
function isDegeneratePoint(key: KeyObject): boolean {
  const bytes = Buffer.from(String(key.export({ format: 'jwk' }).x), 'base64url')
  const y = BigInt.asUintN(255, BigInt(`0x${bytes.reverse().toString('hex')}`))
  return y >= FIELD_PRIME || Y_OF_SMALL_ORDERS.includes(y)
}

/** Whether everybody can sign with the key, or a verification with it, which anyone can cause, takes milliseconds. */
export function isUnsafeToVerify(key: KeyStrength): boolean {
  return isUnsafe(key) || key.keyBits > LIMITS.mostBits
}

/** OpenSSL's curve names contain the size as three digits, except for a few rare curves of 113 to 256 bits. */
function curveBits(name = ''): number {
  return Number(/[0-9]{3}/.exec(name)?.[0] ?? 0)
}
