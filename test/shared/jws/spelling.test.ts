import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Jwk, publicKeyOfJwk } from '../../../shared/certificate/jwk-set.ts'

/** A public key on a curve whose coordinates lie below `prime`. */
interface Curve {
  readonly jwk: Jwk
  readonly bytes: number
  readonly prime: bigint
}

/** SEC 2 sections 2.4.1, 2.4.2, 2.5.1 and 2.6.1. */
const CURVES: readonly Curve[] = [
  curve('P-256', 32, 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n),
  curve('secp256k1', 32, 2n ** 256n - 2n ** 32n - 977n),
  curve('P-384', 48, 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n),
  curve('P-521', 66, 2n ** 521n - 1n),
]

/** One coordinate begins with a zero byte, which a careless writer leaves out (RFC 7518 section 6.2.1.2). */
function curve(namedCurve: string, bytes: number, prime: bigint): Curve {
  for (;;) {
    const jwk = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' })
    if (/^A[A-P]/.test(`${jwk.x}`) || /^A[A-P]/.test(`${jwk.y}`)) return { jwk: { ...jwk }, bytes, prime }
  }
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const bytesOf = (text: string) => Buffer.from(text, 'base64url')
const numberOf = (text: string) => BigInt(`0x${bytesOf(text).toString('hex')}`)
const spell = (coordinate: bigint, bytes: number) =>
  textOf(Buffer.from(coordinate.toString(16).padStart(2 * bytes, '0'), 'hex'))

type Change = (text: string, curve: Curve, at: number) => unknown

const same: Change = (text) => text
const CHANGES: readonly Change[] = [
  same,
  (text) => textOf(Buffer.concat([Buffer.alloc(1), bytesOf(text)])),
  (text) => textOf(bytesOf(text).subarray(1)),
  (text) => textOf(bytesOf(text).subarray(0, -1)),
  (text) => bytesOf(text).toString('base64'),
  (text) => `${text}=`,
  (text, _, at) => text.slice(0, at % text.length) + '\n' + text.slice(at % text.length),
  // Bits that no byte has.
  (text, _, at) =>
    text.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.charAt(at % 64),
  (text, _, at) =>
    text.slice(0, at % text.length) + (at % 2 === 0 ? 'A' : 'é') + text.slice((at % text.length) + 1),
  // The other point with the same x.
  (text, { bytes, prime }) => spell(prime - numberOf(text), bytes),
  // The same number for the field, in a larger spelling.
  (text, { bytes, prime }) => spell(prime + numberOf(text), bytes),
  (_, { bytes, prime }) => spell(prime, bytes),
  (_, { bytes }) => textOf(Buffer.alloc(bytes)),
  (_, { bytes }) => textOf(Buffer.alloc(bytes, 0xff)),
  () => '',
  () => 5,
  () => null,
  () => undefined,
]
const MORE: readonly Jwk[] = [{ kid: 'k', use: 'enc' }, { d: 'AA' }, { d: 5 }, { n: 'AQ', e: 'AQAB' }]

const mostly = <T>(value: T) => ({ weight: 6, arbitrary: fc.constant(value) })
const change = fc.constantFrom(...CHANGES)
const crv = fc.constantFrom('P-256', 'P-521', 'prime256v1', 'P-224', 'brainpoolP256r1', '', undefined, 7)

const key = fc
  .record({
    curve: fc.constantFrom(...CURVES),
    crv: fc.oneof(mostly(null), { weight: 1, arbitrary: crv }),
    changes: fc.oneof(
      fc.tuple(change, fc.constant(same)),
      fc.tuple(fc.constant(same), change),
      fc.tuple(change, change),
      fc.constant([same, same] as const),
    ),
    at: fc.nat(200),
    more: fc.oneof(mostly({}), { weight: 1, arbitrary: fc.constantFrom(...MORE) }),
  })
  .map(({ curve, crv, changes: [x, y], at, more }): Jwk => {
    const { jwk } = curve
    const coordinates = { x: x(String(jwk['x']), curve, at), y: y(String(jwk['y']), curve, at) }
    return { ...jwk, ...coordinates, ...(crv === null ? {} : { crv }), ...more }
  })

/** The rule that needs no knowledge of spellings: the export of the key has the members that were sent. */
function isItsOwnExport(jwk: Jwk): boolean {
  try {
    const members = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' })
    return Object.entries(members).every(([name, value]) => jwk[name] === value)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

test('an EC key is imported exactly if its export has the members that were sent', () => {
  const verdicts = new Map([
    [true, 0],
    [false, 0],
  ])
  fc.assert(
    fc.property(key, (jwk) => {
      const isAccepted = publicKeyOfJwk(jwk) !== undefined
      verdicts.set(isAccepted, (verdicts.get(isAccepted) ?? 0) + 1)
      expect(isAccepted).toBe(isItsOwnExport(jwk))
    }),
    { numRuns: 1000 },
  )
  for (const count of verdicts.values()) expect(count).toBeGreaterThan(100)
})
