import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { RANGE, type Range } from '../../../shared/request/range.ts'
import { readCall } from '../../../shared/request/body.ts'
import { checkLength, tokenRangeReason } from '../range.ts'

export interface TokenListRequest extends Range {
  readonly client: string | undefined
  readonly subject: string | undefined
}

export const TokenListCall = z.object({
  clientIdentifier: z.optional(z.string()),
  subject: z.optional(z.string()),
  ...RANGE,
})

/** `/auth/token/get/list` (Authlete contract, section 2.7). @throws Refusal list-tokens-… */
export function readTokenList(http: HttpRequest): TokenListRequest {
  const { clientIdentifier, subject, start, end } = readCall(http, TokenListCall, tokenRangeReason)
  checkLength({ start, end })
  return { client: clientIdentifier, subject, start, end }
}
