import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/call.ts'
import { FAILURES } from './failures.ts'
import { errorRedirect } from '../redirect.ts'
import type { FailRequest } from './request.ts'
import { findTicket } from '../ticket.ts'

/**
 * Ends an authorization request with an error for the client: the ticket is consumed.
 *
 * @throws Refusal always: that of the failure, which goes to the redirect URI, or fail-ticket-… and the like, which does not
 */
export async function failAuthorization(
  { ticket: text, failure, description }: FailRequest,
  call: Call,
): Promise<never> {
  const reasons = { unknown: 'fail-ticket-unknown', expired: 'fail-ticket-expired' } as const
  const ticket = await findTicket(text, reasons, call)
  call.log.note({ client: ticket.client })
  if (!(await call.store.grants.fail(ticket))) throw new Refusal('fail-ticket-unknown')
  throw new Refusal(FAILURES[failure], { redirect: errorRedirect(ticket, call.service, description) })
}
