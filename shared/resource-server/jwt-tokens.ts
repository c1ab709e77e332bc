import { hash } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import type { JwkSet } from '../certificate/jwk-set.ts'
import { JWS_ALGORITHMS, SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { type JsonObject } from '../json.ts'
import { type JwsFault, verifyCompactJws } from '../jws/signature.ts'
import { type CompactJws, readCompactJws } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import type { AccessToken, ExpectedClaims, ReadToken, TokenClaims } from './access-token.ts'
import type { IssuerKeys, Jwks } from './issuer-keys.ts'
import { type RefusalReason, RequestRefusal } from './request-refusal.ts'
import { accessTokenOf, type TokenProfile } from './token-profile.ts'

/** How many verified tokens are kept. */
const LIMIT_TOKENS = 1000

/** The rules for the JWTs of an issuer. */
export interface JwtRules {
  readonly algorithms: readonly string[]
  readonly profile: TokenProfile
  readonly expected: ExpectedClaims
}

/**
 * The accepted JWS algorithms (RFC 8725 section 3.1). The default is all that certbound signs with.
 *
 * @throws TypeError for an algorithm that is not asymmetric
 */
export function jwsAlgorithms(names: readonly string[] = SIGNING_ALGORITHMS): readonly string[] {
  if (names.length > 0 && names.every((name) => JWS_ALGORITHMS.has(name))) return names
  throw new TypeError(`algorithms must be asymmetric: some of ${[...JWS_ALGORITHMS.keys()].join(', ')}`)
}

/**
 * Reads JWT access tokens and verifies them offline (RFC 9068 section 4). A revoked token is accepted until it expires.
 *
 * Verified tokens are kept by their digest until they expire or the keys of the issuer change. Refusals are not kept. The binding is
 * not a part of it: each request proves it.
 */
export function jwtTokens(keys: IssuerKeys, rules: JwtRules, currentDate: () => Date): ReadToken {
  const kept = new BoundedMap<string, AccessToken>(LIMIT_TOKENS)
  let keptFor: Jwks | undefined

  return async (text) => {
    const digest = hash('sha256', text, 'base64url')
    const early = kept.has(digest) ? undefined : readJwt(text, rules)
    const current = await keys.current()
    if (current !== keptFor) kept.clear()
    keptFor = current
    const now = Math.floor(currentDate().getTime() / 1000)
    const known = kept.get(digest)
    if (known !== undefined) {
      requireTimes(known.claims, now, known.clientId)
      return known
    }
    const jwt = early ?? readJwt(text, rules)
    const signers = await verifySignature(jwt.jws, current, keys)
    const token = requireClaims(jwt, rules, now)
    if (signers === keptFor) kept.set(digest, token)
    return token
  }
}

interface UnverifiedJwt {
  readonly jws: CompactJws
  readonly claims: JsonObject
}

/** Reads a JWT whose algorithm is accepted, so that no other text costs a request to the issuer. */
function readJwt(text: string, { algorithms }: JwtRules): UnverifiedJwt {
  const jws = readCompactJws(text)
  const claims = jws && parseJsonObject(jws.payload)
  if (jws === undefined || claims === undefined)
    throw new RequestRefusal(text.includes('.') ? 'token-malformed' : 'token-opaque')
  if (!algorithms.some((name) => name === jws.header['alg'])) throw new RequestRefusal('algorithm-wrong')
  return { jws, claims }
}

/** Nothing in a token without a valid signature can be trusted, so its refusals have no details. */
const SIGNATURE_REASONS: Readonly<Record<JwsFault, RefusalReason>> = {
  'algorithm-wrong': 'algorithm-wrong',
  'crit-unknown': 'token-malformed',
  'kid-malformed': 'token-malformed',
  'key-unknown': 'key-unknown',
  'signature-wrong': 'signature-wrong',
}

/** A JWS in the compact serialization. The types of the package cannot name those of other modules. */
interface SignedText {
  readonly text: string
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Buffer
  readonly signature: Buffer
}

/** @returns the keys that verified it: the current ones, or those of another fetch if a key was missing */
export async function verifySignature(jws: SignedText, current: Jwks, keys: IssuerKeys): Promise<Jwks> {
  const faultWith = (jwks: Jwks) => verifyCompactJws(jws, jwks as JwkSet, String(jws.header['alg']))
  let signers = current
  let fault = faultWith(current)
  if (fault === 'key-unknown') {
    signers = (await keys.renewed()) ?? current
    if (signers !== current) fault = faultWith(signers)
  }
  if (fault !== undefined) throw new RequestRefusal(SIGNATURE_REASONS[fault])
  return signers
}

function requireClaims(
  { jws, claims }: UnverifiedJwt,
  { profile, expected }: JwtRules,
  now: number,
): AccessToken {
  const { typ } = jws.header
  const clientId = claims[profile.client]
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  if (!profile.types.some((known) => known === type)) {
    const names = profile.types.filter((known) => known !== undefined).join(' or ')
    throw new RequestRefusal('typ-wrong', { clientId, expected: names, actual: typ })
  }
  const wrong = profile.required.find(
    (name) => typeof claims[name] !== (TIMES.includes(name) ? 'number' : 'string'),
  )
  if (wrong !== undefined) throw new RequestRefusal('claim-wrong', { clientId, expected: wrong })
  requireTimes(claims, now, clientId)
  return accessTokenOf(claims, expected, profile)
}

const TIMES = ['exp', 'nbf', 'iat']

/** RFC 7519 sections 4.1.4 to 4.1.6. */
function requireTimes(claims: TokenClaims, now: number, clientId: unknown): void {
  const { exp, nbf } = claims
  const wrong = TIMES.find((name) => Object.hasOwn(claims, name) && !Number.isFinite(claims[name]))
  if (wrong !== undefined) throw new RequestRefusal('claim-wrong', { clientId, expected: wrong })
  if (Number(nbf ?? 0) > now) throw new RequestRefusal('token-early', { clientId })
  // A clock that gives no time refuses, because it compares false.
  if (!(Number(exp) > now)) throw new RequestRefusal('token-expired', { clientId, actual: exp })
}
