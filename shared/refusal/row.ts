import type { Action, ApiStatus } from '../web-api.ts'

type ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'access_denied'
  | 'login_required'
  | 'account_selection_required'
  | 'consent_required'
  | 'interaction_required'
  | 'invalid_target'
  | 'invalid_request_uri'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'temporarily_unavailable'

/**
 * The answer for one reason to refuse a request. `named` of the Refusal replaces `{}` in the message. It is a value of our own, or
 * one that has passed its grammar.
 *
 * Codes and messages are the published ones (Authlete contract, section 7). Codes whose last two digits are 91 or more are
 * ours, from the free range of their family. An action that is a number is the HTTP status of an error about the API call
 * itself.
 *
 * The mark `theft` means that a live token or code came from another certificate, key or client than it is bound to, or without
 * the verifier of its code challenge (RFC 7636 section 1). An alarm counts these refusals (docs/operations.md).
 */
export type Row = readonly [
  resultCode: string,
  action: Action | ApiStatus,
  error: ErrorCode,
  message: string,
  mark?: 'theft',
]

/** Authlete's page about a result code. Our codes have no page. */
export function errorUri(resultCode: string): string | undefined {
  const isOurs = Number(resultCode.slice(-2)) >= 91
  return isOurs ? undefined : `https://docs.authlete.com/#${resultCode}`
}
