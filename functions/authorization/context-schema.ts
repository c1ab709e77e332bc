import * as z from 'zod/mini'

/** It lies in the ticket's item, which must stay small. */
const MAX_CONTEXT_BYTES = 8192

/** Text that the authorization server keeps with a ticket. */
export const TicketContext = z
  .string()
  .check(z.refine((text) => Buffer.byteLength(text) <= MAX_CONTEXT_BYTES))
