import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { TicketContext } from '../request/request.ts'

export const TicketInfoCall = lazyObject(() => ({ ticket: z.optional(z.string()) }))

/** `info` is a text or an object. Java clients send `null` for an absent context (Authlete contract, section 2.4). */
export const TicketUpdateCall = lazyObject(() => ({
  ticket: z.optional(z.string()),
  info: z.optional(z.union([TicketContext, z.object({ context: z.nullish(TicketContext) })])),
}))

export interface TicketUpdate {
  readonly ticket: string
  readonly context: string
  /** Whether `info` was a text. The answer has the same form. */
  readonly asText: boolean
}

/** @throws Refusal info-ticket-missing */
export function readTicketInfo({ ticket }: z.infer<typeof TicketInfoCall>): string {
  if (ticket === undefined) throw new Refusal('info-ticket-missing')
  return ticket
}

/** @throws Refusal info-ticket-missing, info-missing */
export function readTicketUpdate({ ticket, info }: z.infer<typeof TicketUpdateCall>): TicketUpdate {
  const context = typeof info === 'string' ? info : info?.context
  if (ticket === undefined) throw new Refusal('info-ticket-missing')
  if (!context) throw new Refusal('info-missing')
  return { ticket, context, asText: typeof info === 'string' }
}
