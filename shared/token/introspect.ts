import { boundThumbprint, judge, type Verdict } from '../certificate/binding.ts'
import type { Presented } from '../certificate/presented.ts'
import { type EpochSeconds, later } from '../epoch-seconds.ts'
import type { Call } from '../call.ts'
import { findAccessToken } from './find-token.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { audiencesOf } from './resource.ts'
import { parseScope } from '../request/scope.ts'
import { refuseInvalid, type Standing, standingAt } from './standing.ts'
import type { Tokens } from '../store/grant.ts'

/** Asks whether the holder of a certificate may use a token for one request. */
export interface IntrospectionRequest {
  readonly token: string
  readonly scopes: readonly string[]
  readonly subject: string | undefined
  readonly clientCertificate: Presented
  /** The token must be meant for all of these. */
  readonly resources: readonly string[]
  /** Whether unbound tokens are refused: the certificate is the only credential of the caller (decision D10). */
  readonly boundOnly: boolean
  /** The end-user's authentication must have one of these classes and be at most `maxAge` seconds old (RFC 9470). */
  readonly acrValues?: readonly string[]
  readonly maxAge?: number | undefined
}

export interface UsableToken {
  readonly grant: Tokens
  readonly standing: Standing
  /** Only JWTs have one. */
  readonly jti: string | undefined
}

const INVALID_REASON = {
  deleted: 'token-client-deleted',
  locked: 'token-client-locked',
  'cut-off': 'token-cut-off',
} as const

/** RFC 8705 section 3. With an unbound token any certificate is ignored, even a broken one. */
const BINDING_REASON = {
  unbound: undefined,
  holds: undefined,
  missing: 'certificate-missing',
  unreadable: 'certificate-unreadable',
  differs: 'certificate-differs',
  'missing-proof': 'binding-damaged',
  'key-differs': 'binding-damaged',
  'needless-proof': 'binding-damaged',
  damaged: 'binding-damaged',
} as const satisfies Record<Verdict, Reason | undefined>

/**
 * Decides whether an access token may be used for one protected-resource request.
 *
 * Callers depend on the order: existence, expiry, binding, scope, subject, resource, authentication. The first failure
 * decides, so the thief of a bound token does not learn what the token allows (decision D7).
 *
 * @throws Refusal token-…, certificate-…, binding-damaged, scope-insufficient, subject-differs, resource-not-covered,
 *   acr-insufficient, authentication-too-old
 * @see RFC 8705 section 3, RFC 6750 section 3.1
 */
export async function introspect(request: IntrospectionRequest, call: Call): Promise<UsableToken> {
  const { service, now, log } = call
  const found = await findAccessToken(request.token, call)
  if (typeof found === 'string') throw new Refusal(found)
  const { grant, client, jti } = found
  log.note({ client: grant.client })
  refuseInvalid(client, service, grant.accessIssuedAt, INVALID_REASON)

  const standing = standingAt(now, grant, client, service)
  if (!standing.usable) throw refusal(expiredReason(grant, standing), standing)

  log.note({ thumbprint: boundThumbprint(grant.binding) })
  const verdict = judge(grant.binding, { certificate: request.clientCertificate, proofKey: undefined })
  const boundOnly = request.boundOnly || service.fapi2
  const reason = boundOnly && verdict === 'unbound' ? 'token-unbound' : BINDING_REASON[verdict]
  if (reason !== undefined) throw refusal(reason, standing)

  judgeScopes(request.scopes, grant, standing)
  judgeSubject(request.subject, grant, standing)
  const audiences = audiencesOf(grant, service)
  const isMeant = request.resources.every((resource) => audiences.includes(resource))
  if (!isMeant) throw refusal('resource-not-covered', standing)
  judgeAuthentication(request, grant, now, standing)
  return { grant, standing, jti }
}

function judgeScopes(needed: readonly string[], { accessScopes }: Tokens, standing: Standing): void {
  const missing = needed.find((name) => !accessScopes.includes(name))
  if (missing === undefined) return
  const members = { ...standing, sufficient: false }
  const scope = needed.join(' ')
  // Malformed scopes of the resource server must not reach a header.
  const named = parseScope(scope) === 'malformed' ? {} : { named: missing, challenge: { scope } }
  throw new Refusal(accessScopes.length === 0 ? 'token-scopeless' : 'scope-insufficient', {
    members,
    ...named,
  })
}

function judgeSubject(needed: string | undefined, { terms: { subject } }: Tokens, standing: Standing): void {
  if (needed === undefined || needed === subject) return
  throw refusal(subject === undefined ? 'token-subjectless' : 'subject-differs', standing)
}

/** RFC 9470 section 3. A token without `acr` or `auth_time` cannot satisfy the requirement. */
function judgeAuthentication(
  { acrValues = [], maxAge }: IntrospectionRequest,
  { terms: { acr, authTime } }: Tokens,
  now: EpochSeconds,
  standing: Standing,
): void {
  if (acrValues.length > 0 && (acr === undefined || !acrValues.includes(acr))) {
    const acr_values = acrValues.join(' ')
    const challenge = parseScope(acr_values) === 'malformed' ? {} : { acr_values }
    throw new Refusal('acr-insufficient', { members: standing, challenge })
  }
  if (maxAge !== undefined && (authTime === undefined || now > later(authTime, maxAge))) {
    throw new Refusal('authentication-too-old', { members: standing, challenge: { max_age: String(maxAge) } })
  }
}

function expiredReason({ refresh }: Tokens, { refreshable }: Standing): Reason {
  if (refreshable) return 'token-expired-refreshable'
  return refresh === undefined ? 'token-expired' : 'token-expired-with-refresh'
}

function refusal(reason: Reason, standing: Standing): Refusal {
  return new Refusal(reason, { members: standing })
}
