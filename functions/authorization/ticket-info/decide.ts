import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/call.ts'
import type { Ticket } from '../../../shared/store/grant.ts'
import type { TicketUpdate } from './request.ts'
import { findTicket } from '../ticket.ts'

/** What is kept with a ticket, which is not consumed. @throws Refusal info-ticket-unknown */
export async function ticketContext(text: string, call: Call): Promise<string | undefined> {
  return (await findInformed(text, call)).context
}

/** Keeps something else with a ticket. @throws Refusal info-ticket-unknown */
export async function updateContext(update: TicketUpdate, call: Call): Promise<TicketUpdate> {
  const ticket = await findInformed(update.ticket, call)
  const kept = await call.store.grants.keepContext(ticket, update.context)
  if (!kept.done) throw new Refusal('info-ticket-unknown')
  return update
}

const REASONS = { unknown: 'info-ticket-unknown', expired: 'info-ticket-unknown' } as const

async function findInformed(text: string, call: Call): Promise<Ticket> {
  const ticket = await findTicket(text, REASONS, call)
  call.log.note({ client: ticket.client })
  return ticket
}
