import { constants, type KeyObject, sign } from 'node:crypto'
import type { Call } from '../call.ts'
import { type Service, SIGNING_ALGORITHMS, type SigningAlgorithm } from '../store/service.ts'

export interface SigningKey {
  readonly alg: SigningAlgorithm
  readonly kid: string
  readonly key: KeyObject
}

type PublicJwk = Service['jwks'][number]

/** The key for access tokens. `undefined`: the service has no key for its algorithm. */
export async function findAccessTokenKey(call: Call): Promise<SigningKey | undefined> {
  return privateHalf(accessTokenKey(call.service), call)
}

/** The one that is named, or else the first that fits. */
export function accessTokenKey({ accessTokenSignAlg, accessTokenSignatureKeyId, jwks }: Service) {
  return jwks.find(({ alg, kid }) => alg === accessTokenSignAlg && (accessTokenSignatureKeyId ?? kid) === kid)
}

/**
 * The key for a signed introspection response. Resource servers have algorithms of their own, so the named key is only
 * preferred among those of the algorithm asked for.
 *
 * @returns `undefined`: the service has no key that fits
 */
export async function findIntrospectionKey(asked: string, call: Call): Promise<SigningKey | undefined> {
  const { service } = call
  const fitting = service.jwks.filter(({ alg }) => alg === asked)
  const named = fitting.find(({ kid }) => kid === service.introspectionSignatureKeyId)
  return privateHalf(named ?? fitting[0], call)
}

async function privateHalf(
  jwk: PublicJwk | undefined,
  { service, store }: Call,
): Promise<SigningKey | undefined> {
  const alg = SIGNING_ALGORITHMS.find((name) => name === jwk?.alg)
  if (jwk === undefined || alg === undefined) return undefined
  const key = await store.registry.findSigningKey(service.apiKey, jwk.kid)
  return key && { alg, kid: jwk.kid, key }
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
 * A JWS in the compact serialization. `node:crypto` signs it: on the path of every token that is half the cost of a JOSE
 * library (architecture, section 7).
 *
 * @param typ a type of its own, so that no other kind of JWT passes for it (RFC 8725 section 3.11)
 * @param claims members that are `undefined` are left out
 */
export function signJwt(typ: string, claims: object, { alg, kid, key }: SigningKey): string {
  const input = `${encode({ alg, typ, kid })}.${encode(claims)}`
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

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
