import { constants, type KeyObject, sign } from 'node:crypto'
import type { Call } from '../runtime/call.ts'
import type { Client } from '../store/client.ts'
import { settingsOf } from '../store/profile.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../certificate/jws-algorithms.ts'
import type { Service } from '../store/service.ts'

export interface SigningKey {
  readonly alg: SigningAlgorithm
  readonly kid: string
  readonly key: KeyObject
}

type PublicJwk = Service['jwks'][number]

/** @returns `undefined` if the service has no key for its algorithm, or a profile does not allow it */
export async function findAccessTokenKey(call: Call): Promise<SigningKey | undefined> {
  return privateHalf(accessTokenKey(call.service), call)
}

/** The public half of the key for access tokens: the key that the setting names, or else the first key of the algorithm. */
export function accessTokenKey({ accessTokenSignAlg, accessTokenSignatureKeyId, jwks }: Service) {
  return jwks.find(({ alg, kid }) => alg === accessTokenSignAlg && (accessTokenSignatureKeyId ?? kid) === kid)
}

/** The settings that name the preferred key of an algorithm. */
type KeySetting = 'introspectionSignatureKeyId' | 'userInfoSignatureKeyId' | 'idTokenSignatureKeyId'

/** The public half of a key of the algorithm: the key that the setting names, or else the first one. */
export function preferredKey(alg: string, setting: KeySetting, service: Service): PublicJwk | undefined {
  const fitting = service.jwks.filter((jwk) => jwk.alg === alg)
  return fitting.find(({ kid }) => kid === service[setting]) ?? fitting[0]
}

/** @returns `undefined` if the service has no key of the algorithm, or a profile does not allow it */
export async function findPreferredKey(
  alg: string,
  setting: KeySetting,
  call: Call,
): Promise<SigningKey | undefined> {
  return privateHalf(preferredKey(alg, setting, call.service), call)
}

/** The algorithms that the service has a key for and that a profile allows. @param client absent if they are for all clients */
export function signingAlgorithms(service: Service, client?: Client): readonly SigningAlgorithm[] {
  const { algorithms } = settingsOf(service, client)
  return SIGNING_ALGORITHMS.filter(
    (name) => algorithms.includes(name) && service.jwks.some(({ alg }) => alg === name),
  )
}

/**
 * The algorithm of a client's ID tokens: the registered one, or else one that the service has a key for. A client that has registered
 * none expects `RS256` (OpenID Connect Dynamic Client Registration section 2).
 *
 * @returns `undefined` if the service has no key for it, or a profile does not allow the algorithm
 */
export function idTokenAlgorithm(client: Client, service: Service): SigningAlgorithm | undefined {
  const { jwks, idTokenSignatureKeyId } = service
  const usable = signingAlgorithms(service, client)
  const named = jwks.find(({ kid }) => kid === idTokenSignatureKeyId)
  const defaults = [named?.alg, 'RS256', ...jwks.map(({ alg }) => alg)]
  const candidates = client.idTokenSignAlg === undefined ? defaults : [client.idTokenSignAlg]
  const first = candidates.find((alg) => usable.some((name) => name === alg))
  return usable.find((name) => name === first)
}

/** @returns `undefined` if the service has no key for the client's algorithm, or a profile does not allow it */
export async function findIdTokenKey(client: Client, call: Call): Promise<SigningKey | undefined> {
  const alg = idTokenAlgorithm(client, call.service)
  return alg && findPreferredKey(alg, 'idTokenSignatureKeyId', call)
}

async function privateHalf(
  jwk: PublicJwk | undefined,
  { service, store }: Call,
): Promise<SigningKey | undefined> {
  const alg = SIGNING_ALGORITHMS.find((name) => name === jwk?.alg)
  if (jwk === undefined || alg === undefined || !settingsOf(service).algorithms.includes(alg))
    return undefined
  const key = await store.registry.findSigningKey(service.apiKey, jwk.kid)
  return key && { alg, kid: jwk.kid, key }
}

/** RFC 7518 section 3, RFC 8037 section 3.1. For `PS256` the salt is as long as the hash. */
const SIGNERS: Readonly<Record<SigningAlgorithm, (input: Buffer, key: KeyObject) => Buffer>> = {
  ES256: (input, key) => joinSignature(sign('sha256', input, key), 32),
  ES384: (input, key) => joinSignature(sign('sha384', input, key), 48),
  PS256: (input, key) =>
    sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  RS256: (input, key) => sign('sha256', input, key),
  EdDSA: (input, key) => sign(null, input, key),
}

/**
 * A JWS in the compact serialization. `node:crypto` signs it at half the cost of a JOSE library (architecture, section 7).
 *
 * @param typ the type of this kind of JWT, which no other kind has (RFC 8725 section 3.11)
 * @param claims members that are `undefined` are left out
 * @param headers further header parameters. They cannot replace ours
 */
export function signJwt(typ: string, claims: object, { alg, kid, key }: SigningKey, headers = {}): string {
  const input = `${encode({ ...headers, alg, typ, kid })}.${encode(claims)}`
  return `${input}.${SIGNERS[alg](Buffer.from(input), key).toString('base64url')}`
}

/**
 * Converts a signature in DER, SEQUENCE { INTEGER r, INTEGER s }, to r || s (RFC 7518 section 3.4). In DER the integers have at
 * most one leading zero, for the sign. Node's `dsaEncoding` does the same but doubles the cost of the signature.
 */
function joinSignature(der: Buffer, coordinateBytes: number): Buffer {
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
