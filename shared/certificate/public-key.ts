import type { KeyObject } from 'node:crypto'

/** What decides whether a key may authenticate a client. */
export interface KeyStrength {
  /** As `node:crypto` names it: `rsa`, `rsa-pss`, `ec`, `ed25519`, ... */
  readonly keyType: string
  /** Of the modulus or the curve; 0 when it cannot be told, as for explicit curve parameters. */
  readonly keyBits: number
}

/** FAPI 2.0 5.4.1. A type that is not here is too weak, whatever its size (decision D18). */
const MINIMUM_BITS: ReadonlyMap<string, number> = new Map([
  ['rsa', 2048],
  ['rsa-pss', 2048],
  ['ec', 224],
  ['ed25519', 0],
  ['ed448', 0],
])

/** RFC 8032; OpenSSL tells no size for them. */
const EDWARDS_BITS: ReadonlyMap<string, number> = new Map([
  ['ed25519', 256],
  ['ed448', 456],
])

export function keyStrength(key: KeyObject): KeyStrength {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  const keyType = key.asymmetricKeyType ?? 'unknown'
  return { keyType, keyBits: modulusLength ?? EDWARDS_BITS.get(keyType) ?? curveBits(namedCurve) }
}

/** For client authentication alone: binding does not look at the key (decisions D1 and D18). */
export function isWeakKey({ keyType, keyBits }: KeyStrength): boolean {
  return keyBits < (MINIMUM_BITS.get(keyType) ?? Infinity)
}

/** OpenSSL's names of curves say their size in three digits, but for a few of 113 to 256 bits that nobody uses. */
function curveBits(name = ''): number {
  return Number(/[0-9]{3}/.exec(name)?.[0] ?? 0)
}
