import type { Reason } from '../../../shared/refusal/refusal.ts'

/** The failures that the authorization server can report, and the refusal for each (Authlete contract, section 2.3). */
export const FAILURES = {
  UNKNOWN: 'unknown-failure',
  NOT_LOGGED_IN: 'not-logged-in',
  MAX_AGE_NOT_SUPPORTED: 'max-age-not-supported',
  EXCEEDS_MAX_AGE: 'max-age-exceeded',
  DIFFERENT_SUBJECT: 'other-subject',
  ACR_NOT_SATISFIED: 'acr-not-satisfied',
  DENIED: 'denied',
  SERVER_ERROR: 'server-failure',
  NOT_AUTHENTICATED: 'not-authenticated',
  ACCOUNT_SELECTION_REQUIRED: 'account-selection-required',
  CONSENT_REQUIRED: 'consent-required',
  INTERACTION_REQUIRED: 'interaction-required',
  INVALID_TARGET: 'target-invalid',
  INVALID_SCOPE: 'fail-scope-invalid',
  UNAUTHORIZED_CLIENT: 'fail-client-unauthorized',
  TEMPORARILY_UNAVAILABLE: 'fail-temporarily',
} as const satisfies Record<string, Reason>

export type Failure = keyof typeof FAILURES
