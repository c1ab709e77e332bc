import * as z from 'zod/mini'
import { MAX_DURATION_SECONDS } from '../epoch-seconds.ts'
import { numberMember } from '../request/body.ts'
import { Refusal } from '../refusal/refusal.ts'
import { type Additions, NO_ADDITIONS, propertyMembers, readAdditions } from './terms.ts'

/** The additions of a Web API caller to the tokens that a client requested (Authlete contract, sections 2.2 and 2.5). */
export interface TokenExtras extends Additions {
  /** Both durations are in seconds and replace the settings. */
  readonly accessTokenDuration: number | undefined
  readonly refreshTokenDuration: number | undefined
}

export const NO_EXTRAS: TokenExtras = {
  ...NO_ADDITIONS,
  accessTokenDuration: undefined,
  refreshTokenDuration: undefined,
}

/** The members of a call that `readExtras` reads. */
export const extraMembers = () => ({
  ...propertyMembers(),
  accessTokenDuration: durationMember(),
  refreshTokenDuration: durationMember(),
  accessToken: z.optional(z.unknown()),
})

const durationMember = () => z.optional(numberMember(z.maximum(MAX_DURATION_SECONDS)))

/** @throws Refusal member-refused, name-reserved */
export function readExtras(call: z.infer<z.ZodMiniObject<ReturnType<typeof extraMembers>>>): TokenExtras {
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
