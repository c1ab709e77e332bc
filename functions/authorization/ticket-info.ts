import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/call.ts'
import type { Ticket } from '../../shared/store/grant.ts'
import { success } from '../../shared/web-api.ts'
import type { TicketInfo, TicketUpdated } from './answer-schema.ts'
import type { TicketUpdate } from './request.ts'
import { findTicket } from './ticket.ts'

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
  call.log.client(ticket.client)
  return ticket
}

/** No result codes are published for these two: it is one of ours. */
const FOUND = { ...success('A041091', 'The ticket was found.'), action: 'OK' } as const

/** `/auth/authorization/ticket/info`, action OK. */
export function ticketInfoResponse(context: string | undefined): TicketInfo {
  return { ...FOUND, info: { context } }
}

/** `/auth/authorization/ticket/update`, action OK: the TypeScript SDK sends and takes text alone, Java an object. */
export function ticketUpdateResponse({ context, asText }: TicketUpdate): TicketUpdated {
  return { ...FOUND, info: asText ? context : { context } }
}
