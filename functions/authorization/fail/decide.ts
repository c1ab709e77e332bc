import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { errorRedirect } from '../redirect.ts'
import type { FailRequest } from './request.ts'
import { findTicket } from '../ticket.ts'

/**
 * Consumes the ticket and ends the authorization request with an error for the client.
 *
 * @throws Refusal always, with the reported failure, which goes to the redirect URI, or with the reason to refuse the ticket
 */
export async function failAuthorization(
  { ticket: text, failure, description }: FailRequest,
  call: Call,
): Promise<never> {
  const reasons = { unknown: 'fail-ticket-unknown', expired: 'fail-ticket-expired' } as const
  const ticket = await findTicket(text, reasons, call)
  if (!(await call.store.grants.fail(ticket))) throw new Refusal('fail-ticket-unknown')
  throw new Refusal(failure, { redirect: errorRedirect(ticket, call.service, description) })
}
