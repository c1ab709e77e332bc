import type { LogEntry } from '../../shared/log.ts'
import { Refusal } from '../../shared/oauth/refusal.ts'
import type { Runtime } from '../../shared/runtime.ts'
import type { Ticket } from '../../shared/store/grant.ts'
import type { Service } from '../../shared/store/service.ts'
import { success } from '../../shared/web-api.ts'
import type { TicketInfo } from './answer-schema.ts'
import type { TicketUpdate } from './request.ts'
import { findTicket } from './ticket.ts'

/** What is kept with a ticket, which is not consumed. @throws Refusal info-ticket-unknown */
export async function ticketContext(
  text: string,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<string | undefined> {
  return (await findInformed(text, service, runtime, entry)).context
}

/** Keeps something else with a ticket. @throws Refusal info-ticket-unknown */
export async function updateContext(
  { ticket: text, context }: TicketUpdate,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<string> {
  const ticket = await findInformed(text, service, runtime, entry)
  const kept = await runtime.store.grants.keepContext(ticket, context)
  if (!kept.done) throw new Refusal('info-ticket-unknown')
  return context
}

const REASONS = { unknown: 'info-ticket-unknown', expired: 'info-ticket-unknown' } as const

async function findInformed(
  text: string,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<Ticket> {
  const ticket = await findTicket(text, REASONS, service, runtime)
  entry.client = ticket.client
  return ticket
}

/** `/auth/authorization/ticket/info` and `/update`, action OK. Their result codes are not published: it is one of ours. */
export function ticketInfoResponse(context: string | undefined): TicketInfo {
  return { ...success('A041091', 'The ticket was found.'), action: 'OK', info: { context } }
}
