import { bearerChallenge } from '../request/bearer.ts'
import type { RefusalReason } from './request-refusal.ts'

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 503,
} as const

/** All other refusals have `invalid_token`, so that a thief cannot distinguish faults of the token from faults of its certificate. */
const ERROR_CODES: Partial<Record<ErrorResponse['reason'], keyof typeof STATUS>> = {
  'authorization-malformed': 'invalid_request',
  'dpop-not-offered': 'invalid_request',
  'proof-wrong': 'invalid_dpop_proof',
  'scope-insufficient': 'insufficient_scope',
  undecided: 'temporarily_unavailable',
}

/** The answer to a refused request (RFC 6750 section 3, RFC 9449 section 7.1). */
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
  /** The scopes that the request needs. */
  readonly scopes: readonly string[]
  /** The JWS algorithms of proofs. If absent, DPoP is not offered. */
  readonly dpopAlgorithms: readonly string[] | undefined
  /** Whether the token came with the scheme `DPoP`. */
  readonly usesDpop: boolean
}

/** The reasons about a token that is bound to a key, or was sent as such a token. */
const KEY_REASONS: ReadonlySet<ErrorResponse['reason']> = new Set([
  'proof-missing',
  'proof-wrong',
  'proof-differs',
])

export function errorResponse(
  reason: ErrorResponse['reason'],
  { scopes, dpopAlgorithms, usesDpop }: ChallengeFacts,
): ErrorResponse {
  const algs = dpopAlgorithms?.join(' ')
  if (reason === 'token-missing') {
    // RFC 6750 section 3.1: the challenge has no error code if the request had no authentication information.
    const headers = {
      ...NO_STORE,
      'www-authenticate': algs === undefined ? 'Bearer' : `Bearer, DPoP algs="${algs}"`,
    }
    return { allowed: false, status: 401, headers, body: '', reason }
  }
  const error = ERROR_CODES[reason] ?? 'invalid_token'
  const status = STATUS[error]
  const scope = error === 'insufficient_scope' ? scopes.join(' ') : undefined
  const challenge =
    algs !== undefined && (usesDpop || KEY_REASONS.has(reason))
      ? bearerChallenge(error, { scope, algs }, 'DPoP')
      : bearerChallenge(error, { scope })
  const special = status === 503 ? { 'retry-after': '1' } : { 'www-authenticate': challenge }
  const headers = { ...NO_STORE, 'content-type': 'application/json', ...special }
  return { allowed: false, status, headers, body: JSON.stringify({ error }), reason }
}
