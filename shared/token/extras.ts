import * as z from 'zod/mini'
import { numberMember } from '../request/body.ts'
import { Refusal } from '../refusal/refusal.ts'
import { type Additions, NO_ADDITIONS, PROPERTY_MEMBERS, readAdditions } from './terms.ts'

/** What a caller of the Web API adds to tokens beside what the client asked for (Authlete contract, sections 2.2 and 2.5). */
export interface TokenExtras extends Additions {
  /** Seconds, in place of the settings. */
  readonly accessTokenDuration: number | undefined
  readonly refreshTokenDuration: number | undefined
}

export const NO_EXTRAS: TokenExtras = {
  ...NO_ADDITIONS,
  accessTokenDuration: undefined,
  refreshTokenDuration: undefined,
}

/** Times in milliseconds must stay numbers that JSON can hold. */
const duration = z.optional(numberMember(z.maximum(2 ** 31 - 1)))

/** Members of a call. */
export const EXTRA_MEMBERS = {
  ...PROPERTY_MEMBERS,
  accessTokenDuration: duration,
  refreshTokenDuration: duration,
  accessToken: z.optional(z.unknown()),
}

/** @throws Refusal member-refused, name-reserved */
export function readExtras(call: z.infer<z.ZodMiniObject<typeof EXTRA_MEMBERS>>): TokenExtras {
  if (call.accessToken !== undefined) throw new Refusal('member-refused', { named: 'accessToken' })
  return {
    ...readAdditions(call),
    accessTokenDuration: positive(call.accessTokenDuration),
    refreshTokenDuration: positive(call.refreshTokenDuration),
  }
}

function positive(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds > 0 ? seconds : undefined
}
