import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { decodeBase64 } from '../base64.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { KeyThumbprint } from './thumbprint.ts'

/** A JWK whose members are not checked. */
export type Jwk = JsonObject

/** A JWK Set (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** Checks the shape only: a set may have keys of an unknown kind (RFC 7517 section 5). */
export function isJwkSet(value: unknown): value is JwkSet {
  return isJsonObject(value) && Array.isArray(value['keys']) && value['keys'].every(isJsonObject)
}

/** Members that only private and symmetric keys have (RFC 7518 section 6). */
export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Whether a JWK has a member that only private and symmetric keys have. */
export function isPrivate(jwk: Jwk): boolean {
  return privateMemberOf(jwk) !== undefined
}

/** The name of the first private member, if the key has one. */
export function privateMemberOf(jwk: Jwk): string | undefined {
  return PRIVATE_MEMBERS.find((name) => Object.hasOwn(jwk, name))
}

/** Picks the members of a public key, in the order of its thumbprint (RFC 7638 section 3.2, RFC 8037 section 2). */
const REQUIRED_MEMBERS: ReadonlyMap<unknown, (jwk: Jwk) => JsonObject> = new Map<
  unknown,
  (jwk: Jwk) => JsonObject
>([
  ['EC', ({ crv, kty, x, y }) => ({ crv, kty, x, y })],
  ['OKP', ({ crv, kty, x }) => ({ crv, kty, x })],
  ['RSA', ({ e, kty, n }) => ({ e, kty, n })],
])

/**
 * The JSON text from which the thumbprint of a public key is made. Two texts are equal only for the same key.
 *
 * @returns `undefined` for an unknown kind of key and for a member that is not a string
 */
export function canonicalText(jwk: Jwk): string | undefined {
  const members = REQUIRED_MEMBERS.get(jwk['kty'])?.(jwk)
  const isWhole = members !== undefined && Object.values(members).every((value) => typeof value === 'string')
  return isWhole ? JSON.stringify(members) : undefined
}

/**
 * The thumbprint of a public key.
 *
 * @param jwk a key that has verified a signature, so that each required member has its only spelling
 * @returns SHA-256 of the canonical text, base64url without padding, 43 characters
 * @throws TypeError without a required member
 * @see RFC 7638 section 3; vector RFC 9449 section 6.1
 */
export function keyThumbprint(jwk: Jwk): KeyThumbprint {
  const text = canonicalText(jwk)
  if (text === undefined) throw new TypeError('the JWK has not all members of a public key')
  return hash('sha256', text, 'base64url') as KeyThumbprint
}

/**
 * The public key of a JWK.
 *
 * @returns `undefined` for an unknown kind of key, for a point off its curve, and for a member that does not have its only
 *   valid spelling (RFC 7518 section 6), so that no changed character goes unnoticed
 */
export function publicKeyOfJwk(jwk: Jwk): KeyObject | undefined {
  if (jwk['kty'] === 'EC') return hasWholeCoordinates(jwk) ? importKey(jwk) : undefined
  const key = importKey(jwk)
  const members = Object.entries(key?.export({ format: 'jwk' }) ?? {})
  return members.every(([name, value]) => jwk[name] === value) ? key : undefined
}

/** The bytes of a coordinate for each curve of Node (RFC 7518 section 6.2.1.2, RFC 8812 section 3.1). */
const COORDINATE_BYTES: ReadonlyMap<unknown, number> = new Map([
  ['P-256', 32],
  ['secp256k1', 32],
  ['P-384', 48],
  ['P-521', 66],
])

/** Whether each coordinate has its only valid spelling. An export of the key, to compare it, would cost as much as the import. */
function hasWholeCoordinates({ crv, x, y }: Jwk): boolean {
  const length = COORDINATE_BYTES.get(crv)
  if (length === undefined) return false
  return [x, y].every((text) => typeof text === 'string' && decodeBase64(text)?.length === length)
}

function importKey(jwk: Jwk): KeyObject | undefined {
  const { stackTraceLimit } = Error
  // Node throws and catches two errors before it looks for a JWK. Their stacks would cost as much as the import.
  Error.stackTraceLimit = 0
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
