import * as z from 'zod/mini'
import { isKeyThumbprint, type KeyThumbprint } from '../../shared/certificate/thumbprint.ts'
import { LAST_SECOND } from '../../shared/epoch-seconds.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { LIMITS } from '../../shared/limits.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { numberMember, readCall } from '../../shared/request/body.ts'
import { type Range, rangeReason } from '../../shared/request/range.ts'

/** A number or a time in milliseconds. A larger time would not be a valid date. */
export const positiveMember = numberMember(z.positive(), z.maximum(LAST_SECOND * 1000))
export const keyThumbprintMember = z.pipe(
  z.string().check(z.refine((text) => isKeyThumbprint(text))),
  z.transform((text) => text as KeyThumbprint),
)

/** The authorization that an end-user has given to a client. */
export interface ClientAuthorization {
  readonly client: string
  readonly subject: string
}

/** `false` counts as absent, because Java clients send all flags. @throws Refusal member-refused */
export function refuseNotOffered(call: Readonly<Record<string, unknown>>, members: readonly string[]): void {
  const named = members.find((member) => call[member] !== undefined && call[member] !== false)
  if (named !== undefined) throw new Refusal('member-refused', { named })
}

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
