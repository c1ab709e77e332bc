import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isWeakKey, keyStrength } from '../../../shared/certificate/public-key.ts'
import { isJsonObject, parseJson } from '../../../shared/json.ts'
import {
  JWS_ALGORITHMS,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../../../shared/certificate/jws-algorithms.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { isSortKey } from '../../../shared/store/record-keys.ts'
import { PublicJwk, type Service } from '../../../shared/store/service.ts'

/** A key of a JWK Set in a request. Its two halves are stored separately (architecture, section 3). */
export interface GivenKey {
  readonly publicJwk: Service['jwks'][number]
  readonly privateJwk: (JsonWebKey & { readonly kid: string }) | undefined
}

/** The signing keys of a JWK Set (RFC 7517). @throws Refusal service-jwks-malformed, service-key-weak */
export function readKeys(text: string): readonly GivenKey[] {
  const keys = keysOf(text)?.map(readKey) ?? [undefined]
  const read = keys.filter((key) => key !== undefined)
  const kids = new Set(read.map(({ publicJwk }) => publicJwk.kid))
  if (read.length < keys.length || kids.size < keys.length) throw new Refusal('service-jwks-malformed')
  return read
}

function keysOf(text: string): readonly unknown[] | undefined {
  const set = parseJson(text)
  return isJsonObject(set) && Array.isArray(set['keys']) ? set['keys'] : undefined
}

function readKey(jwk: unknown, index: number): GivenKey | undefined {
  const { kid, use = 'sig', alg: named } = (jwk ?? {}) as Record<string, unknown>
  const key = toKeyObject(jwk)
  if (key === undefined || !isSortKey(kid) || use !== 'sig') return undefined
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const exported = publicKey.export({ format: 'jwk' })
  const alg = algorithmOf(exported, named)
  if (alg === undefined) return undefined
  if (isWeakKey(keyStrength(publicKey))) throw new Refusal('service-key-weak', { named: String(index) })
  const about = { kid, alg, use: 'sig' as const }
  const publicJwk = PublicJwk.parse({ ...exported, ...about })
  if (key.type === 'public') return { publicJwk, privateJwk: undefined }
  return isPair(key, publicKey)
    ? { publicJwk, privateJwk: { ...key.export({ format: 'jwk' }), ...about } }
    : undefined
}

/** Each key has one algorithm (RFC 8725 section 3.1). RSA keys work with several, so they must have `alg`. */
function algorithmOf({ kty, crv }: JsonWebKey, named: unknown): SigningAlgorithm | undefined {
  const fitting = SIGNING_ALGORITHMS.filter((name) => {
    const algorithm = JWS_ALGORITHMS.get(name)
    return algorithm?.kty === kty && algorithm?.crv === crv
  })
  const alg = named ?? (fitting.length === 1 ? fitting[0] : undefined)
  return fitting.find((name) => name === alg)
}

/** `undefined` for symmetric and malformed keys. A service signs only with asymmetric keys. */
function toKeyObject(jwk: unknown): KeyObject | undefined {
  try {
    const input = { key: jwk as JsonWebKey, format: 'jwk' } as const
    return typeof input.key.d === 'string' ? createPrivateKey(input) : createPublicKey(input)
  } catch (error) {
    // Node and OpenSSL throw many different errors for malformed keys.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** Whether the public half verifies signatures of the private half. */
function isPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from('a probe')
  const digest = privateKey.asymmetricKeyType?.startsWith('ed') === true ? null : 'sha256'
  return verify(digest, probe, publicKey, sign(digest, probe, privateKey))
}

/**
 * Requires that a key without private members is already stored, and that a `kid` never changes its key.
 *
 * @throws Refusal service-key-without-private, service-jwks-malformed
 */
export function checkSigningKeys(given: readonly GivenKey[], stored: Service['jwks']): void {
  for (const [index, { publicJwk, privateJwk }] of given.entries()) {
    const known = stored.find(({ kid }) => kid === publicJwk.kid)
    if (known !== undefined && !isDeepStrictEqual(known, publicJwk))
      throw new Refusal('service-jwks-malformed')
    if (known === undefined && privateJwk === undefined) {
      throw new Refusal('service-key-without-private', { named: String(index) })
    }
  }
}
