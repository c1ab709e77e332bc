import { bearerChallenge } from '../request/bearer.ts'

export type RefusalReason =
  | 'token-missing'
  | 'authorization-malformed'
  | 'token-unusable'
  | 'token-unbound'
  | 'certificate-missing'
  | 'certificate-unreadable'
  | 'certificate-differs'
  | 'binding-damaged'
  | 'scope-insufficient'
  | 'undecided'

/** The answer to a request that may not pass (RFC 6750 section 3). */
export interface Refused {
  readonly allowed: false
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For the log of the resource server; the caller is not told. */
  readonly reason: RefusalReason
}

type Error = 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'temporarily_unavailable'

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 503,
} as const satisfies Record<Error, Refused['status']>

const NOT_KEPT = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** @param scopes that would have been enough */
export function refused(reason: RefusalReason, scopes: readonly string[]): Refused {
  if (reason === 'token-missing') {
    // Section 3.1: no error code for a request that did not try.
    return {
      allowed: false,
      status: 401,
      headers: { ...NOT_KEPT, 'www-authenticate': 'Bearer' },
      body: '',
      reason,
    }
  }
  const error = errorOf(reason)
  const status = STATUS[error]
  const scope = error === 'insufficient_scope' ? scopes.join(' ') : undefined
  const special =
    status === 503 ? { 'retry-after': '1' } : { 'www-authenticate': bearerChallenge(error, { scope }) }
  const headers = { ...NOT_KEPT, 'content-type': 'application/json', ...special }
  return { allowed: false, status, headers, body: JSON.stringify({ error }), reason }
}

/** One error for everything about the token and its certificate: a thief learns nothing. */
function errorOf(reason: RefusalReason): Error {
  if (reason === 'authorization-malformed') return 'invalid_request'
  if (reason === 'scope-insufficient') return 'insufficient_scope'
  return reason === 'undecided' ? 'temporarily_unavailable' : 'invalid_token'
}
