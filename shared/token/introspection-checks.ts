import { boundKey, boundThumbprint, judge, type Verdict } from '../certificate/binding.ts'
import type { PresentedCertificate } from '../certificate/presented.ts'
import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import type { FoundToken } from './find-token.ts'
import { type Reason, type Refusal, refusalFor } from '../refusal/refusal.ts'
import type { SentProof } from '../dpop/proof.ts'
import type { verifyNonce } from '../possession/nonce.ts'
import { proofDetails, proofKeyOf, type ProofUse, refusalOfProof } from '../possession/presented-proof.ts'
import { audiencesOf } from './resource.ts'
import { parseScope } from '../request/scope.ts'
import { type Life, REASONS_OF_LIFE } from './life.ts'
import type { Standing } from './standing.ts'
import { settingsOf } from '../store/profile.ts'
import type { Service } from '../store/service.ts'

/** A question to introspection: may the holder of a certificate or of a key use the token for one request? */
export interface IntrospectionRequest {
  readonly token: string
  readonly scopes: readonly string[]
  readonly subject: string | undefined
  /** Whether a token without a subject is refused, which is a client's own token. */
  readonly subjectRequired?: boolean
  readonly clientCertificate: PresentedCertificate
  /** Absent if no DPoP proof came with the token. */
  readonly proof?: SentProof | undefined
  /** Absent if the answer cannot have a nonce. */
  readonly verifyNonce?: typeof verifyNonce
  /** The audiences that the token must have. */
  readonly resources: readonly string[]
  /** Whether unbound tokens are refused, because the certificate is the only credential of the caller (decision D10). */
  readonly boundOnly: boolean
  /** The end-user's authentication must have one of these classes and must not be older than `maxAge` seconds (RFC 9470). */
  readonly acrValues?: readonly string[]
  readonly maxAge?: number | undefined
  /** Whether the outcome has `steps`, which show everything about the token. */
  readonly explain?: boolean
}

/** A stored token and the request about it. */
export interface TokenUse extends ProofUse {
  readonly request: IntrospectionRequest
  readonly service: Service
  readonly now: EpochSeconds
  readonly found: FoundToken
  readonly standing: Standing
  readonly life: Life
}

/** One check of introspection. */
interface Check {
  readonly name: string
  /** @returns the refusal if the check fails */
  readonly refusalOf: (use: TokenUse) => Refusal | undefined
  /** The values that the check has compared, for an explanation. Times are in milliseconds. No value is a token or a certificate. */
  readonly details: (use: TokenUse) => object
}

/** RFC 8705 section 3, RFC 9449 section 7. For an unbound token every certificate is ignored, even a broken one. */
const BINDING_REASON = {
  unbound: undefined,
  holds: undefined,
  missing: 'certificate-missing',
  unreadable: 'certificate-unreadable',
  differs: 'certificate-differs',
  'missing-proof': 'resource-proof-missing',
  'key-differs': 'resource-proof-differs',
  'needless-proof': 'resource-proof-needless',
  damaged: REASONS_OF_LIFE.damaged,
} as const satisfies Record<Verdict, Reason | undefined>

/**
 * The checks of introspection, in an order on which callers depend. The first failure decides, so the thief of a bound token does not learn
 * what the token allows (decision D7).
 *
 * - `token`: this service has issued the whole string. This stops forged and altered tokens and tokens of other services.
 * - `client`, `revocation`, `expiry`: the token is valid (`lifeOf`). This stops old copies.
 * - `proof`: a DPoP proof is fresh, and for this request and token. This stops proofs that an attacker has seen elsewhere.
 * - `binding`: the presenter holds the certificate or the key. This stops stolen tokens.
 * - `scopes`, `subject`: the token allows the request of the resource server, for this end-user and no other.
 * - `resources`: the token is meant for this resource. This stops another resource server that has received the token.
 * - `acr`, `maxAge`: the end-user was authenticated as the resource requires. This stops weak and old logins.
 *
 * After the checks a proof is used up, so that the whole request cannot be replayed (`dpopProofUsedOnce`).
 *
 * @see RFC 8705 section 3, RFC 9449 section 7.1, RFC 6750 section 3.1, RFC 9470 section 3
 */
export const CHECKS = [
  // A token that does not exist is refused earlier, because there is nothing to check.
  { name: 'token', refusalOf: () => undefined, details: tokenDetails },
  { name: 'client', refusalOf: refusalOfClient, details: clientDetails },
  { name: 'revocation', refusalOf: refusalOfRevocation, details: revocationDetails },
  { name: 'expiry', refusalOf: refusalOfExpiry, details: expiryDetails },
  { name: 'proof', refusalOf: refusalOfProof, details: proofDetails },
  { name: 'binding', refusalOf: refusalOfPossession, details: bindingDetails },
  { name: 'scopes', refusalOf: refusalOfScopes, details: scopeDetails },
  { name: 'subject', refusalOf: refusalOfSubject, details: subjectDetails },
  { name: 'resources', refusalOf: refusalOfResources, details: resourceDetails },
  { name: 'acr', refusalOf: refusalOfAcr, details: acrDetails },
  { name: 'maxAge', refusalOf: refusalOfAge, details: ageDetails },
] as const satisfies readonly Check[]

function tokenDetails({ found: { grant, jti } }: TokenUse) {
  const { client: clientId, clientIdAlias, grantType } = grant
  const tokenFormat = jti === undefined ? ('OPAQUE' as const) : ('JWT' as const)
  return { tokenFormat, clientId, clientIdAlias, grantType, issuedAt: grant.accessIssuedAt * 1000 }
}

function refusalOfClient({ life }: TokenUse) {
  const isInvalid = life === 'deleted' || life === 'locked' || life === 'cut-off'
  return isInvalid ? refusalFor(REASONS_OF_LIFE[life]) : undefined
}

function clientDetails({ found: { client, grant }, service: { tokensNotBefore } }: TokenUse) {
  return {
    issuedAt: grant.accessIssuedAt * 1000,
    locked: client?.locked,
    clientNotBefore: client && client.notBefore * 1000,
    serviceNotBefore: tokensNotBefore === undefined ? undefined : tokensNotBefore * 1000,
  }
}

function refusalOfRevocation({ life, standing }: TokenUse) {
  return life === 'revoked' ? refusal(REASONS_OF_LIFE.revoked, standing) : undefined
}

function revocationDetails({ life }: TokenUse) {
  return { certificateRevoked: life === 'revoked' }
}

function refusalOfExpiry({ found: { grant }, life, standing }: TokenUse) {
  if (life !== 'expired') return undefined
  if (standing.refreshable) return refusal('token-expired-refreshable', standing)
  const reason = grant.refresh === undefined ? REASONS_OF_LIFE.expired : 'token-expired-with-refresh'
  return refusal(reason, standing)
}

function expiryDetails({ found: { grant }, standing: { refreshable } }: TokenUse) {
  return { expiresAt: grant.accessExpiresAt * 1000, refreshable }
}

function refusalOfPossession(use: TokenUse) {
  const { found, request, standing } = use
  const possession = { certificate: request.clientCertificate, proofKey: proofKeyOf(use.proof) }
  const verdict = judge(found.grant.binding, possession)
  const reason = isBoundOnly(use) && verdict === 'unbound' ? REASONS_OF_LIFE.unbound : BINDING_REASON[verdict]
  return reason && refusal(reason, standing)
}

/** The profile of a client is read only for an unbound token. */
function isBoundOnly({ request, service, life }: TokenUse): boolean {
  return request.boundOnly || life === 'unbound' || settingsOf(service).boundTokensOnly
}

function bindingDetails(use: TokenUse) {
  const { grant } = use.found
  const { clientCertificate: presented } = use.request
  const isRead = presented !== 'absent' && !('malformed' in presented)
  return {
    bound: grant.binding !== 'none',
    boundOnly: isBoundOnly(use),
    certificate: isRead
      ? ('READ' as const)
      : presented === 'absent'
        ? ('ABSENT' as const)
        : ('MALFORMED' as const),
    tokenThumbprint: boundThumbprint(grant.binding),
    certificateThumbprint: isRead ? presented.thumbprint : undefined,
    tokenKeyThumbprint: boundKey(grant.binding),
    proofKeyThumbprint: proofKeyOf(use.proof),
  }
}

function refusalOfScopes({ request, found: { grant }, standing }: TokenUse) {
  const { accessScopes } = grant
  const missing = request.scopes.find((name) => !accessScopes.includes(name))
  if (missing === undefined) return undefined
  const members = { ...standing, sufficient: false }
  const scope = request.scopes.join(' ')
  // Malformed scopes of the resource server must not reach a header.
  const named = parseScope(scope) === 'malformed' ? {} : { named: missing, challenge: { scope } }
  return refusalFor(accessScopes.length === 0 ? 'token-scopeless' : 'scope-insufficient', {
    members,
    ...named,
  })
}

function scopeDetails({ request, found: { grant } }: TokenUse) {
  return compareNames(request.scopes, grant.accessScopes)
}

function refusalOfSubject({ request, found: { grant }, standing }: TokenUse) {
  const { subject } = grant.terms
  const { subject: required, subjectRequired = required !== undefined } = request
  if (subject === undefined) return subjectRequired ? refusal('token-subjectless', standing) : undefined
  return required === undefined || required === subject ? undefined : refusal('subject-differs', standing)
}

function subjectDetails({ request, found: { grant } }: TokenUse) {
  return { requiredSubject: request.subject, grantedSubject: grant.terms.subject }
}

function refusalOfResources({ request, found: { grant }, service, standing }: TokenUse) {
  const audiences = audiencesOf(grant, service)
  const isMeant = request.resources.every((resource) => audiences.includes(resource))
  return isMeant ? undefined : refusal('resource-not-covered', standing)
}

function resourceDetails({ request, found: { grant }, service }: TokenUse) {
  return compareNames(request.resources, audiencesOf(grant, service))
}

/** RFC 9470 section 3. A token without `acr` cannot satisfy the requirement. */
function refusalOfAcr({ request, found: { grant }, standing }: TokenUse) {
  const { acrValues = [] } = request
  const { acr } = grant.terms
  if (acrValues.length === 0 || (acr !== undefined && acrValues.includes(acr))) return undefined
  const acr_values = acrValues.join(' ')
  const challenge = parseScope(acr_values) === 'malformed' ? {} : { acr_values }
  return refusalFor('acr-insufficient', { members: standing, challenge })
}

function acrDetails({ request, found: { grant } }: TokenUse) {
  return { required: request.acrValues ?? [], grantedAcr: grant.terms.acr }
}

/** RFC 9470 section 3. A token without `auth_time` cannot satisfy the requirement. */
function refusalOfAge({ request: { maxAge }, found: { grant }, now, standing }: TokenUse) {
  const { authTime } = grant.terms
  if (maxAge === undefined || (authTime !== undefined && now <= addSeconds(authTime, maxAge)))
    return undefined
  return refusalFor('authentication-too-old', { members: standing, challenge: { max_age: String(maxAge) } })
}

function ageDetails({ request, found: { grant } }: TokenUse) {
  return { requiredMaxAge: request.maxAge, authTime: grant.terms.authTime }
}

function compareNames(required: readonly string[], granted: readonly string[]) {
  return { required, granted, missing: required.filter((name) => !granted.includes(name)) }
}

function refusal<Certain extends Reason>(reason: Certain, standing: Standing) {
  return refusalFor(reason, { members: standing })
}
