import type { KeyObject } from 'node:crypto'

/** Type and size of a key, by which `isWeakKey` decides. */
export interface KeyStrength {
  /** The name that `node:crypto` gives it: `rsa`, `rsa-pss`, `ec`, `ed25519`, ... */
  readonly keyType: string
  /** Bits of the modulus or the curve; 0 if unknown, for example with explicit curve parameters. */
  readonly keyBits: number
  /** Only of RSA keys. */
  readonly publicExponent?: bigint | undefined
}

/** FAPI 2.0 5.4.1. Every other type of key is too weak, whatever its size (decision D18). */
const MINIMUM_BITS: ReadonlyMap<string, number> = new Map([
  ['rsa', 2048],
  ['rsa-pss', 2048],
  ['ec', 224],
  ['ed25519', 0],
  ['ed448', 0],
])

/** RFC 8032. OpenSSL gives no size for these types. */
const EDWARDS_BITS: ReadonlyMap<string, number> = new Map([
  ['ed25519', 256],
  ['ed448', 456],
])

export function keyStrength(key: KeyObject): KeyStrength {
  const { modulusLength, namedCurve, publicExponent } = key.asymmetricKeyDetails ?? {}
  const keyType = key.asymmetricKeyType ?? 'unknown'
  const keyBits = modulusLength ?? EDWARDS_BITS.get(keyType) ?? curveBits(namedCurve)
  return { keyType, keyBits, publicExponent }
}

/** Only for client authentication: binding accepts any key (decisions D1 and D18). */
export function isWeakKey(key: KeyStrength): boolean {
  return key.keyBits < (MINIMUM_BITS.get(key.keyType) ?? Infinity) || hasUnsafeExponent(key)
}

const MAX_EXPONENT = 2n ** 32n - 1n

/** With the exponent 1 everybody can sign, no key has an even one, and a long one makes each verification slow. */
function hasUnsafeExponent({ publicExponent: e }: KeyStrength): boolean {
  return e !== undefined && (e < 3n || e % 2n === 0n || e > MAX_EXPONENT)
}

const MAX_BITS = 8192

/** Whether everybody can sign with the key, or a verification, which anyone can ask for, takes milliseconds. */
export function isUnsafeToVerify(key: KeyStrength): boolean {
  return hasUnsafeExponent(key) || key.keyBits > MAX_BITS
}

/** OpenSSL's names of curves contain their size in three digits, except for a few rare curves of 113 to 256 bits. */
function curveBits(name = ''): number {
  return Number(/[0-9]{3}/.exec(name)?.[0] ?? 0)
}
