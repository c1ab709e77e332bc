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
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'access_denied'
  | 'login_required'
  | 'account_selection_required'
  | 'consent_required'
  | 'interaction_required'
  | 'invalid_target'
  | 'server_error'
  | 'temporarily_unavailable'

/**
 * A way to be refused. `{}` in the message is filled from `Refusal.named`: a value that we own or that passed its grammar.
 *
 * Codes and messages are the published ones (Authlete contract, section 7), but for codes whose last two digits are 91 or
 * more: those are ours, in the free range of their family. An action that is a number is the HTTP status of an error
 * about the API call itself.
 */
export type Row = readonly [resultCode: string, action: Action | ApiStatus, error: ErrorCode, message: string]
