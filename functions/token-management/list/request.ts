import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { RANGE } from '../../../shared/request/range.ts'
import { readListCall } from '../range.ts'

export const TokenListCall = z.object({
  clientIdentifier: z.optional(z.string()),
  subject: z.optional(z.string()),
  ...RANGE,
})
export type TokenListRequest = z.infer<typeof TokenListCall>

/** `/auth/token/get/list` (Authlete contract, section 2.7). @throws Refusal list-tokens-… */
export function readTokenList(http: HttpRequest): TokenListRequest {
  return readListCall(http, TokenListCall)
}
