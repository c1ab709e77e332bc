import { success } from '../../../shared/web-api.ts'
import type { TicketInfoSuccess, TicketUpdateSuccess } from '../answer-schema.ts'
import type { TicketUpdate } from './request.ts'

/** No result codes are published for these two: it is one of ours. */
const FOUND = { ...success('A041091', 'The ticket was found.'), action: 'OK' } as const

/** `/auth/authorization/ticket/info`, action OK. */
export function ticketInfoResponse(context: string | undefined): TicketInfoSuccess {
  return { ...FOUND, info: { context } }
}

/** `/auth/authorization/ticket/update`, action OK: the TypeScript SDK sends and takes text alone, Java an object. */
export function ticketUpdateResponse({ context, asText }: TicketUpdate): TicketUpdateSuccess {
  return { ...FOUND, info: asText ? context : { context } }
}
