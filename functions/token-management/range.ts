import type * as z from 'zod/mini'
import type { HttpRequest } from '../../shared/http.ts'
import { LIMITS } from '../../shared/limits.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { readCall } from '../../shared/request/body.ts'
import { type Range, rangeReason } from '../../shared/request/range.ts'

const listReason = rangeReason({
  start: { malformed: 'list-tokens-start-malformed', negative: 'list-tokens-start-negative' },
  end: { malformed: 'list-tokens-end-malformed', negative: 'list-tokens-end-negative' },
})

/** Reads the call of a list and limits its range. @throws Refusal list-tokens-… */
export function readListCall<Schema extends z.ZodMiniType<Range>>(
  http: HttpRequest,
  schema: Schema,
): z.output<Schema> {
  const call = readCall(http, schema, listReason)
  if (call.end - call.start > LIMITS.listedTokens) throw new Refusal('list-tokens-too-many')
  return call
}
