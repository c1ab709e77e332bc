import { bearerChallenge } from '../request/bearer.ts'
import type { RefusalReason } from './request-refusal.ts'
import type { RouteRules } from './route-rules.ts'

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_user_authentication: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 503,
} as const

/** All other refusals have `invalid_token`, so that a thief cannot distinguish faults of the token from faults of its certificate. */
const ERROR_CODES: Partial<Record<ErrorResponse['reason'], keyof typeof STATUS>> = {
  'authorization-malformed': 'invalid_request',
  'dpop-not-offered': 'invalid_request',
  'proof-wrong': 'invalid_dpop_proof',
  'scope-insufficient': 'insufficient_scope',
  'authentication-insufficient': 'insufficient_user_authentication',
  undecided: 'temporarily_unavailable',
}

/** The answer to a refused request (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470 section 3). */
export interface ErrorResponse {
  readonly allowed: false
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The reason for the log of the resource server. Do not send it to the caller. */
  readonly reason: RefusalReason | 'undecided'
}

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** The facts that the challenge depends on, besides the reason. */
export interface ChallengeFacts {
  readonly rules: RouteRules
  /** The JWS algorithms of proofs. If absent, DPoP is not offered. */
  readonly dpopAlgorithms: readonly string[] | undefined
  /** Whether the token came with the scheme `DPoP`. */
  readonly usesDpop: boolean
  /** The URL of the metadata of this resource (RFC 9728 section 5.1). */
  readonly metadataUrl: string | undefined
}

/** The reasons about a token that is bound to a key, or was sent as such a token. */
const KEY_REASONS: ReadonlySet<ErrorResponse['reason']> = new Set([
  'proof-missing',
  'proof-wrong',
  'proof-differs',
])

export function errorResponse(reason: ErrorResponse['reason'], facts: ChallengeFacts): ErrorResponse {
  if (reason === 'token-missing') {
    const headers = { ...NO_STORE, 'www-authenticate': challengesWithoutError(facts) }
    return { allowed: false, status: 401, headers, body: '', reason }
  }
  const error = ERROR_CODES[reason] ?? 'invalid_token'
  const status = STATUS[error]
  const isAboutKey = facts.usesDpop || KEY_REASONS.has(reason)
  const special =
    status === 503 ? { 'retry-after': '1' } : { 'www-authenticate': challengeOf(error, facts, isAboutKey) }
  const headers = { ...NO_STORE, 'content-type': 'application/json', ...special }
  return { allowed: false, status, headers, body: JSON.stringify({ error }), reason }
}

/** RFC 6750 section 3.1: a challenge has no error code if the request had no authentication information. */
function challengesWithoutError({ dpopAlgorithms, metadataUrl }: ChallengeFacts): string {
  const metadata = metadataUrl === undefined ? '' : ` resource_metadata="${metadataUrl}"`
  return `Bearer${metadata}${dpopAlgorithms === undefined ? '' : `, DPoP algs="${dpopAlgorithms.join(' ')}"`}`
}

function challengeOf(
  error: keyof typeof STATUS,
  { rules, dpopAlgorithms, metadataUrl: resource_metadata }: ChallengeFacts,
  isAboutKey: boolean,
): string {
  const { scopes = [], acrValues, maxAge } = rules
  const members = {
    ...(error === 'insufficient_scope' && { scope: scopes.join(' ') }),
    // RFC 9470 section 3.
    ...(error === 'insufficient_user_authentication' && {
      acr_values: acrValues?.join(' '),
      max_age: maxAge?.toString(),
    }),
    resource_metadata,
  }
  const algs = isAboutKey ? dpopAlgorithms?.join(' ') : undefined
  return algs === undefined
    ? bearerChallenge(error, members)
    : bearerChallenge(error, { ...members, algs }, 'DPoP')
}
