import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { TicketUpdate } from './request.ts'
import { findTicket, takeStep } from '../ticket.ts'

/** Reads the text that is stored with a ticket, and does not consume the ticket. @throws Refusal info-ticket-unknown */
export async function ticketContext(text: string, call: Call): Promise<string | undefined> {
  return (await findTicket(text, REASONS, call)).context
}

/** Replaces the text that is stored with a ticket. @throws Refusal info-ticket-unknown */
export async function updateContext(update: TicketUpdate, call: Call): Promise<TicketUpdate> {
  const written = await takeStep(async () => {
    const ticket = await findTicket(update.ticket, REASONS, call)
    return { written: await call.store.grants.keepContext(ticket, update.context) }
  })
  if (written === undefined) throw new Refusal('info-ticket-unknown')
  return update
}

/** NOT_FOUND is the only published action of these two endpoints for a ticket that cannot be used. */
const REASONS = {
  unknown: 'info-ticket-unknown',
  expired: 'info-ticket-unknown',
  invalid: {
    deleted: 'info-ticket-unknown',
    locked: 'info-ticket-unknown',
    'cut-off': 'info-ticket-unknown',
  },
} as const
