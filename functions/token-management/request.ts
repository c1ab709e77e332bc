import * as z from 'zod/mini'
import {
  isKeyThumbprint,
  isThumbprint,
  type KeyThumbprint,
  type Thumbprint,
} from '../../shared/certificate/thumbprint.ts'
import { LAST_SECOND } from '../../shared/epoch-seconds.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { numberMember } from '../../shared/request/body.ts'

/** A number or a time in milliseconds. A larger time would not be a valid date. */
export const positiveMember = numberMember(z.positive(), z.maximum(LAST_SECOND * 1000))
export const thumbprintMember = z.pipe(
  z.string().check(z.refine((text) => isThumbprint(text))),
  z.transform((text) => text as Thumbprint),
)
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
