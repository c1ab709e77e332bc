import { success } from '../../../shared/web-api.ts'
import type { TicketInfoSuccess, TicketUpdateSuccess } from '../answer-schema.ts'
import type { TicketUpdate } from './request.ts'

/** Authlete publishes no result codes for these two answers, so this code is our own. */
const FOUND = ['A041091', 'The ticket was found.'] as const

/** `/auth/authorization/ticket/info`, action OK. */
export function ticketInfoResponse(context: string | undefined): TicketInfoSuccess {
  return { ...success(...FOUND), action: 'OK', info: { context } }
}

/** `/auth/authorization/ticket/update`, action OK. The TypeScript SDK sends and accepts only text, the Java client an object. */
export function ticketUpdateResponse({ context, asText }: TicketUpdate): TicketUpdateSuccess {
  return { ...success(...FOUND), action: 'OK', info: asText ? context : { context } }
}
