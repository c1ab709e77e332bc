import * as z from 'zod/mini'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { FAILURES, type Failure } from './failures.ts'

export interface FailRequest {
  readonly ticket: string
  readonly failure: Failure
  /** Replaces the error description of the failure. */
  readonly description: string | undefined
}

export const FailCall = z.object({
  ticket: z.optional(z.string()),
  reason: z.optional(z.enum(Object.keys(FAILURES) as [Failure, ...Failure[]])),
  description: z.optional(z.string()),
})

/** `/auth/authorization/fail` of the Web API. @throws Refusal fail-…-missing */
export function readFail({ ticket, reason, description }: z.infer<typeof FailCall>): FailRequest {
  if (ticket === undefined) throw new Refusal('fail-ticket-missing')
  if (reason === undefined) throw new Refusal('fail-reason-missing')
  return { ticket, failure: reason, description }
}
