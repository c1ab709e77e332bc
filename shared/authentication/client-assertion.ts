import type { JwkSet } from '../certificate/jwk-set.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type JwsFault, verifyCompactJws } from './jws-signature.ts'
import { type CompactJws, readCompactJws } from '../request/compact-jws.ts'
import { type JsonObject, parseJsonObject } from '../request/strict-json.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Decision D34, requirement I04. */
const SKEW_SECONDS = 10
const LONGEST_SECONDS = 3600
const LIMIT_JTI_CHARACTERS = 256

/** Those that a client assertion may have; other kinds of JWT that a client signs say so (RFC 8725 section 3.11). */
const TYPES = ['jwt', 'client-authentication+jwt']

export type AssertionFault =
  | JwsFault
  | 'type-missing'
  | 'type-unsupported'
  | 'assertion-missing'
  | 'malformed'
  | 'typ-wrong'
  | 'iss-wrong'
  | 'sub-wrong'
  | 'aud-wrong'
  | 'exp-missing'
  | 'exp-malformed'
  | 'exp-past'
  | 'exp-far'
  | 'nbf-malformed'
  | 'nbf-future'
  | 'iat-malformed'
  | 'iat-future'
  | 'jti-missing'
  | 'jti-malformed'

/** An assertion as it was read, once for each request. Nothing in it is verified. */
export interface ClientAssertion {
  readonly jws: CompactJws
  /** `undefined`: its payload is no JSON object, or one of two meanings. */
  readonly claims: JsonObject | undefined
}

export interface PresentedAssertion {
  readonly assertionType: string | undefined
  readonly assertion: ClientAssertion | 'malformed' | undefined
}

export interface ExpectedAssertion {
  /** As the request named the client, by its number or its alias. */
  readonly clientId: string
  readonly issuer: string
  /** Whether `aud` has to be the issuer alone, not a list of one (FAPI 2.0 section 5.3.2.1-8). */
  readonly audienceIsString: boolean
  /** Of the client. */
  readonly jwks: JwkSet
  /** `token_endpoint_auth_signing_alg`. */
  readonly alg: string | undefined
  readonly now: EpochSeconds
}

/** What has to be remembered so that the assertion is used once only. */
export interface VerifiedAssertion {
  readonly jti: string
  /** The first second in which it is refused for its age: `exp` and the skew allowed to it. */
  readonly expiresAt: EpochSeconds
}

export function readClientAssertion(text: string): ClientAssertion | 'malformed' {
  const jws = readCompactJws(text)
  return jws === undefined ? 'malformed' : { jws, claims: parseJsonObject(jws.payload) }
}

/**
 * Verifies a client assertion of `private_key_jwt`. The signature comes before every claim: who cannot sign learns
 * nothing of what was expected. Whether the `jti` was used before is for the store to say.
 *
 * @see RFC 7521 section 4.2, RFC 7523 section 3, requirements I01 to I06
 */
export async function verifyClientAssertion(
  { assertionType, assertion }: PresentedAssertion,
  expected: ExpectedAssertion,
): Promise<VerifiedAssertion | AssertionFault> {
  if (assertionType === undefined) return 'type-missing'
  if (assertionType !== ASSERTION_TYPE) return 'type-unsupported'
  if (assertion === undefined) return 'assertion-missing'
  if (assertion === 'malformed') return assertion
  const { jws, claims } = assertion
  if (!hasRightType(jws)) return 'typ-wrong'
  const unsigned = await verifyCompactJws(jws, expected.jwks, expected.alg)
  if (unsigned !== undefined) return unsigned
  if (claims === undefined) return 'malformed'
  return partyFault(claims, expected) ?? timeFault(claims, expected.now) ?? verified(claims)
}

/**
 * The `iss` of an assertion that nobody has verified, to find the client whose keys can. When `client_id` is there too,
 * the two have to be equal (RFC 7521 section 4.2).
 */
export function clientIdOfAssertion(
  assertion: ClientAssertion | 'malformed',
): { readonly clientId: string } | 'malformed' | 'iss-missing' {
  if (assertion === 'malformed' || assertion.claims === undefined) return 'malformed'
  const clientId = assertion.claims['iss']
  return typeof clientId === 'string' && clientId !== '' ? { clientId } : 'iss-missing'
}

function hasRightType({ header: { typ } }: CompactJws): boolean {
  if (typ === undefined) return true
  return typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, ''))
}

function partyFault(
  { iss, sub, aud }: JsonObject,
  { clientId, issuer, audienceIsString }: ExpectedAssertion,
) {
  if (iss !== clientId) return 'iss-wrong'
  if (sub !== clientId) return 'sub-wrong'
  const [audience, ...others] = Array.isArray(aud) && !audienceIsString ? (aud as unknown[]) : [aud]
  // In a list of audiences another server could play it back here (decision D33).
  return audience !== issuer || others.length > 0 ? 'aud-wrong' : undefined
}

function timeFault({ exp, nbf = 0, iat = 0 }: JsonObject, now: EpochSeconds) {
  if (exp === undefined) return 'exp-missing'
  if (!isNumericDate(exp)) return 'exp-malformed'
  if (now >= exp + SKEW_SECONDS) return 'exp-past'
  if (exp > now + LONGEST_SECONDS) return 'exp-far'
  if (!isNumericDate(nbf)) return 'nbf-malformed'
  if (nbf > now + SKEW_SECONDS) return 'nbf-future'
  if (!isNumericDate(iat)) return 'iat-malformed'
  return iat > now + SKEW_SECONDS ? 'iat-future' : undefined
}

function verified({ jti, exp }: JsonObject): VerifiedAssertion | AssertionFault {
  if (jti === undefined) return 'jti-missing'
  if (typeof jti !== 'string' || jti === '' || jti.length > LIMIT_JTI_CHARACTERS) return 'jti-malformed'
  return { jti, expiresAt: (Math.ceil(Number(exp)) + SKEW_SECONDS) as EpochSeconds }
}

/** RFC 7519 section 2: fractions are allowed. `JSON.parse` makes infinity of a number that is too large. */
function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value)
}
