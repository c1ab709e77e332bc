import type { JwkSet } from '../certificate/jwk-set.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Reason } from '../refusal/refusal.ts'
import { type JwsFault, verifyCompactJws } from '../jws/signature.ts'
import { type CompactJws, readCompactJws, SKEW_SECONDS, typeOf } from '../request/compact-jws.ts'
import type { JsonObject } from '../json.ts'
import { parseJsonObject } from '../request/strict-json.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const LONGEST_SECONDS = 3600
const LIMIT_JTI_CHARACTERS = 256

/** The values of `typ` in a client assertion. Other JWTs of a client have other types (RFC 8725 section 3.11). */
const TYPES = ['jwt', 'client-authentication+jwt']

/** Each fault of an assertion, with the reason to refuse the request. */
export const ASSERTION_FAULTS = {
  'type-missing': 'assertion-type-missing',
  'type-unsupported': 'assertion-type-unsupported',
  'assertion-missing': 'assertion-missing',
  malformed: 'assertion-malformed',
  'typ-wrong': 'assertion-malformed',
  'crit-unknown': 'assertion-malformed',
  'kid-malformed': 'assertion-malformed',
  'algorithm-wrong': 'assertion-algorithm-wrong',
  'key-unknown': 'assertion-signature-wrong',
  'signature-wrong': 'assertion-signature-wrong',
  'iss-wrong': 'assertion-party-wrong',
  'sub-wrong': 'assertion-party-wrong',
  'aud-wrong': 'assertion-audience-wrong',
  'exp-missing': 'assertion-without-end',
  'exp-malformed': 'assertion-time-wrong',
  'exp-past': 'assertion-time-wrong',
  'exp-far': 'assertion-time-wrong',
  'nbf-malformed': 'assertion-time-wrong',
  'nbf-future': 'assertion-time-wrong',
  'iat-malformed': 'assertion-time-wrong',
  'iat-future': 'assertion-time-wrong',
  'jti-missing': 'assertion-without-jti',
  'jti-malformed': 'assertion-without-jti',
} as const satisfies Record<JwsFault, Reason> & Record<string, Reason>

export type AssertionFault = keyof typeof ASSERTION_FAULTS

/** A parsed assertion. Nothing in it is verified. */
export interface ClientAssertion {
  readonly jws: CompactJws
  /** `undefined` if the payload is not an unambiguous JSON object. */
  readonly claims: JsonObject | undefined
}

/** The parameters of an assertion in the form of a request. */
export interface PresentedAssertion {
  readonly clientAssertion: ClientAssertion | 'malformed' | undefined
  readonly clientAssertionType: string | undefined
}

export interface ExpectedAssertion {
  /** The client ID of the request: the number or the alias. */
  readonly clientId: string
  readonly issuer: string
  /** Whether `aud` must be a string instead of a list (FAPI 2.0 section 5.3.2.1-8). */
  readonly audienceIsString: boolean
  /** The keys of the client. */
  readonly jwks: JwkSet
  /** The registered `token_endpoint_auth_signing_alg`. */
  readonly alg: string | undefined
  readonly now: EpochSeconds
}

/** The facts that the store keeps so that nobody can use the assertion again. */
export interface VerifiedAssertion {
  readonly jti: string
  /** The first second in which the assertion is too old: `exp` plus the allowed clock skew. */
  readonly expiresAt: EpochSeconds
}

export function readClientAssertion(text: string): ClientAssertion | 'malformed' {
  const jws = readCompactJws(text)
  return jws === undefined ? 'malformed' : { jws, claims: parseJsonObject(jws.payload) }
}

/**
 * Verifies a client assertion of `private_key_jwt`. The signature is checked before all claims, so an attacker who cannot
 * sign learns nothing about the expected claims. The store decides whether the `jti` was used before.
 *
 * @see RFC 7521 section 4.2, RFC 7523 section 3, requirements I01 to I06
 */
export function verifyClientAssertion(
  { clientAssertion: assertion, clientAssertionType: type }: PresentedAssertion,
  expected: ExpectedAssertion,
): VerifiedAssertion | AssertionFault {
  if (type === undefined) return 'type-missing'
  if (type !== ASSERTION_TYPE) return 'type-unsupported'
  if (assertion === undefined) return 'assertion-missing'
  if (assertion === 'malformed') return assertion
  const { jws, claims } = assertion
  if (!hasRightType(jws)) return 'typ-wrong'
  const unsigned = verifyCompactJws(jws, expected.jwks, expected.alg)
  if (unsigned !== undefined) return unsigned
  if (claims === undefined) return 'malformed'
  return partyFault(claims, expected) ?? timeFault(claims, expected.now) ?? readJti(claims)
}

/**
 * Reads the `iss` of an assertion that is not verified yet. It leads to the client whose keys verify the assertion. A `client_id` in the
 * request must be equal to it (RFC 7521 section 4.2).
 *
 * @returns `undefined` for a malformed assertion and for one without `iss`
 */
export function clientIdOfAssertion(assertion: ClientAssertion | 'malformed'): string | undefined {
  const clientId = assertion === 'malformed' ? undefined : assertion.claims?.['iss']
  return typeof clientId === 'string' && clientId !== '' ? clientId : undefined
}

function hasRightType({ header }: CompactJws): boolean {
  return header['typ'] === undefined || TYPES.includes(typeOf(header) ?? '')
}

function partyFault(
  { iss, sub, aud }: JsonObject,
  { clientId, issuer, audienceIsString }: ExpectedAssertion,
) {
  if (iss !== clientId) return 'iss-wrong'
  if (sub !== clientId) return 'sub-wrong'
  const [audience, ...others] = Array.isArray(aud) && !audienceIsString ? (aud as unknown[]) : [aud]
  // Any other server in a list of audiences could replay the assertion here (decision D33).
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

function readJti({ jti, exp }: JsonObject): VerifiedAssertion | AssertionFault {
  if (jti === undefined) return 'jti-missing'
  if (typeof jti !== 'string' || jti === '' || jti.length > LIMIT_JTI_CHARACTERS) return 'jti-malformed'
  return { jti, expiresAt: (Math.ceil(Number(exp)) + SKEW_SECONDS) as EpochSeconds }
}

/** RFC 7519 section 2 allows fractions. `JSON.parse` turns a number that is too large into infinity. */
function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value)
}
