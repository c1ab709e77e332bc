import { constants, type KeyObject, sign } from 'node:crypto'
import type { SigningAlgorithm } from '../store/service.ts'

/** RFC 9068 section 2. `undefined` members are left out. */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly scope: string | undefined
  /** RFC 9068 section 2.2.1. */
  readonly acr?: string | undefined
  readonly auth_time?: number | undefined
  readonly cnf: { readonly 'x5t#S256': string } | undefined
  /** Seconds since the epoch. */
  readonly exp: number
  readonly iat: number
  readonly jti: string
}

/** RFC 7518 section 3, RFC 8037 section 3.1. For `PS256` the salt is as long as the hash. */
const SIGNERS: Readonly<Record<SigningAlgorithm, (input: Buffer, key: KeyObject) => Buffer>> = {
  ES256: (input, key) => joined(sign('sha256', input, key), 32),
  ES384: (input, key) => joined(sign('sha384', input, key), 48),
  PS256: (input, key) =>
    sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  RS256: (input, key) => sign('sha256', input, key),
  EdDSA: (input, key) => sign(null, input, key),
}

/**
 * A signed `at+jwt` (RFC 9068 section 2.1). Signed with `node:crypto`: on this path it is half the cost of a JOSE
 * library (architecture, section 7).
 */
export function signAccessToken(
  claims: AccessTokenClaims,
  alg: SigningAlgorithm,
  kid: string,
  key: KeyObject,
): string {
  return signJwt('at+jwt', claims, alg, kid, key)
}

/** A JWS of a type of its own, so that no other kind of JWT passes for it (RFC 8725 section 3.11). */
export function signJwt(
  typ: string,
  claims: object,
  alg: SigningAlgorithm,
  kid: string,
  key: KeyObject,
): string {
  const header = encode({ alg, typ, kid })
  const input = `${header}.${encode(claims)}`
  return `${input}.${SIGNERS[alg](Buffer.from(input), key).toString('base64url')}`
}

/**
 * r || s (RFC 7518 section 3.4) of a signature in DER: SEQUENCE { INTEGER r, INTEGER s }, each without leading zeros but
 * for a sign. Node's `dsaEncoding` gives the same and doubles the cost of the signature.
 */
function joined(der: Buffer, coordinateBytes: number): Buffer {
  const signature = Buffer.alloc(2 * coordinateBytes)
  const rLength = der.readUInt8(3)
  const r = der.subarray(4, 4 + rLength).subarray(-coordinateBytes)
  const s = der.subarray(6 + rLength).subarray(-coordinateBytes)
  r.copy(signature, coordinateBytes - r.length)
  s.copy(signature, 2 * coordinateBytes - s.length)
  return signature
}

/**
 * The `jti` of a string in the form of a JWS with an asymmetric algorithm. Nothing is verified here: the stored digest
 * of the whole string is the proof (decision D36).
 */
export function readIdentifier(
  jwt: string,
): { readonly jti: string } | 'not-signed' | 'no-identifier' | 'identifier-empty' {
  const [header, payload, signature, ...more] = jwt.split('.')
  if (header === undefined || payload === undefined || !signature || more.length > 0) return 'not-signed'
  const alg = decode(header)?.['alg']
  if (typeof alg !== 'string' || !ASYMMETRIC.test(alg)) return 'not-signed'
  const jti = decode(payload)?.['jti']
  if (jti === null || jti === '') return 'identifier-empty'
  return typeof jti === 'string' ? { jti } : 'no-identifier'
}

const ASYMMETRIC = /^(?:ES|RS|PS)(?:256|384|512)$|^Ed(?:DSA|25519|448)$/

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
