import * as z from 'zod/mini'
import { RANGE } from '../../../shared/request/range.ts'

/** `/auth/token/get/list` (Authlete contract, section 2.7). */
export const TokenListCall = z.object({
  clientIdentifier: z.optional(z.string()),
  subject: z.optional(z.string()),
  ...RANGE,
})
export type TokenListRequest = z.infer<typeof TokenListCall>
