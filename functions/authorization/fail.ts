import * as z from 'zod/mini'
import type { LogEntry } from '../../shared/log.ts'
import { type Reason, Refusal } from '../../shared/oauth/refusal.ts'
import type { Runtime } from '../../shared/runtime.ts'
import type { Service } from '../../shared/store/service.ts'
import { errorRedirect } from './redirect.ts'
import { findTicket } from './ticket.ts'

/** Why the authorization server does not go on, and what the client is told of it (contract, section 2.3). */
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
  readonly failure: Failure
  /** In place of the error description that the failure has. */
  readonly description: string | undefined
}

export const FailCall = z.object({
  ticket: z.optional(z.string()),
  reason: z.optional(z.enum(Object.keys(FAILURES) as [Failure, ...Failure[]])),
  description: z.optional(z.string()),
})

/** `/auth/authorization/fail` of the Web API. @throws Refusal */
export function readFail({ ticket, reason, description }: z.infer<typeof FailCall>): FailRequest {
  if (ticket === undefined) throw new Refusal('fail-ticket-missing')
  if (reason === undefined) throw new Refusal('fail-reason-missing')
  return { ticket, failure: reason, description }
}

/**
 * Ends an authorization request with an error for the client: the ticket is consumed.
 *
 * @throws Refusal always: that of the failure, which goes to the redirect URI, or fail-ticket-… and the like, which does not
 */
export async function failAuthorization(
  { ticket: text, failure, description }: FailRequest,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<never> {
  const reasons = { unknown: 'fail-ticket-unknown', expired: 'fail-ticket-expired' } as const
  const ticket = await findTicket(text, reasons, service, runtime)
  entry.client = ticket.client
  if (!(await runtime.store.grants.fail(ticket))) throw new Refusal('fail-ticket-unknown')
  throw new Refusal(FAILURES[failure], { redirect: errorRedirect(ticket, service, description) })
}
