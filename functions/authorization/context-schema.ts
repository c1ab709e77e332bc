import * as z from 'zod/mini'

/** The ticket stores the context, and items of the store must stay small. */
const MAX_CONTEXT_BYTES = 8192

/** Text that the authorization server stores with a ticket. */
export const TicketContext = z
  .string()
  .check(z.refine((text) => Buffer.byteLength(text) <= MAX_CONTEXT_BYTES))
