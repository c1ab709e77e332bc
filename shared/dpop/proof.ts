import { hash } from 'node:crypto'
import { isPrivate, type Jwk, keyThumbprint } from '../certificate/jwk-set.ts'
import type { KeyThumbprint } from '../certificate/thumbprint.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { verifyCompactJws } from '../jws/signature.ts'
import { type CompactJws, readCompactJws, SKEW_SECONDS, typeOf } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { isRewritten } from '../resource-url.ts'
import type { ProofFault } from './proof-faults.ts'

/** The greatest age of a proof. Within this time it can be used again if its `jti` is not remembered. */
export const PROOF_SECONDS = 60
const LIMIT_JTI_CHARACTERS = 256

/** A DPoP proof as it was sent, and the request that it must match. Nothing in it has been verified. */
export interface SentProof {
  /** The value of the `DPoP` header. */
  readonly text: string
  /** The method of the request that it came with. */
  readonly htm: string
  /** The URLs that the request can have been made to. Query and fragment do not count. */
  readonly htu: readonly string[]
  /** The access token that came with the proof. Absent at the endpoints that issue tokens. */
  readonly accessToken?: string
  /** On the OAuth face: whether the request came through a domain and an API for mutual TLS. */
  readonly onMtlsDomain?: boolean
  /** Whether the caller of the Web API requires a nonce, even if the service does not. */
  readonly nonceRequired?: boolean
}

/** A proof that matches its request. The caller decides whether it has issued the nonce, and whether the `jti` was used before. */
export interface VerifiedProof {
  /** The thumbprint of the key (RFC 7638), base64url. */
  readonly jkt: KeyThumbprint
  readonly jti: string
  readonly nonce: string | undefined
  /** The first second in which the proof is too old. */
  readonly expiresAt: EpochSeconds
}

/** Verifies a DPoP proof: first its form and its signature with the key in its header, then its claims. @see RFC 9449 section 4.3 */
export function verifyProof(
  sent: SentProof,
  now: EpochSeconds,
  algorithms: readonly string[],
): VerifiedProof | ProofFault {
  const jws = readCompactJws(sent.text)
  const claims = jws && parseJsonObject(jws.payload)
  if (jws === undefined || claims === undefined) return 'malformed'
  const jwk = readKey(jws, algorithms)
  if (typeof jwk === 'string') return jwk
  const { kid: _, ...header } = jws.header
  const unsigned = verifyCompactJws({ ...jws, header }, { keys: [jwk] }, String(header['alg']))
  if (unsigned !== undefined) return unsigned
  const { jti, iat, nonce } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > LIMIT_JTI_CHARACTERS) return 'jti-wrong'
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'iat-wrong'
  if (nonce !== undefined && typeof nonce !== 'string') return 'nonce-malformed'
  const fault = requestFault(claims, sent) ?? timeFault(iat, now)
  if (fault !== undefined) return fault
  return { jkt: keyThumbprint(jwk), jti, nonce, expiresAt: (Math.ceil(iat) + PROOF_SECONDS) as EpochSeconds }
}

function readKey({ header }: CompactJws, algorithms: readonly string[]): Jwk | ProofFault {
  const { alg, jwk } = header
  if (typeOf(header) !== 'dpop+jwt') return 'typ-wrong'
  if (typeof alg !== 'string' || alg === '') return 'algorithm-missing'
  if (alg === 'none' || alg.startsWith('HS')) return 'algorithm-symmetric'
  if (!algorithms.includes(alg)) return 'algorithm-wrong'
  if (!isJsonObject(jwk)) return 'key-missing'
  return isPrivate(jwk) ? 'key-private' : jwk
}

function requestFault(claims: JsonObject, { htm, htu, accessToken }: SentProof) {
  if (claims['htm'] !== htm) return 'htm-wrong'
  if (!htu.some((url) => isSameUrl(claims['htu'], url))) return 'htu-wrong'
  if (accessToken === undefined) return undefined
  return claims['ath'] === hash('sha256', accessToken, 'base64url') ? undefined : 'ath-wrong'
}

function timeFault(iat: number, now: EpochSeconds) {
  if (now >= iat + PROOF_SECONDS) return 'proof-old'
  return iat > now + SKEW_SECONDS ? 'proof-future' : undefined
}

/**
 * Only the URL of the proof is normalized (RFC 3986 sections 6.2.2 and 6.2.3, as RFC 9449 section 4.3 recommends). An attacker chooses
 * the path of the request, and the server routes by it, so it counts as it is written: a proof for `/public` must not open
 * `/admin/../public`.
 */
function isSameUrl(given: unknown, expected: string): boolean {
  const requested = httpUrl(expected)
  const signed = given === expected ? requested : httpUrl(given)
  if (signed === undefined || signed.origin !== requested?.origin || isRewritten(expected)) return false
  return signed.pathname === requested.pathname || normalizePath(signed.pathname) === requested.pathname
}

/** @returns `undefined` unless it is an http or https URL without credentials */
function httpUrl(text: unknown): URL | undefined {
  const url = typeof text === 'string' ? URL.parse(text) : null
  const isHttp = url !== null && /^https?:$/.test(url.protocol)
  return isHttp && url.username === '' && url.password === '' ? url : undefined
}

function normalizePath(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(parseInt(escaped.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase()
  })
}
