import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'

/** The failures that the authorization server can report, and the refusal for each (Authlete contract, section 2.3). */
const FAILURES = {
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

type Failure = keyof typeof FAILURES

export interface FailRequest {
  readonly ticket: string
  readonly failure: Reason
  /** Replaces the error description of the failure. */
  readonly description: string | undefined
}

export const FailCall = lazyObject(() => ({
  ticket: z.optional(z.string()),
  reason: z.optional(z.enum(Object.keys(FAILURES) as [Failure, ...Failure[]])),
  description: z.optional(z.string()),
}))

/** `/auth/authorization/fail` of the Web API. @throws Refusal fail-…-missing */
export function readFail({ ticket, reason, description }: z.infer<typeof FailCall>): FailRequest {
  if (ticket === undefined) throw new Refusal('fail-ticket-missing')
  if (reason === undefined) throw new Refusal('fail-reason-missing')
  return { ticket, failure: FAILURES[reason], description }
}
