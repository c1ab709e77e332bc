import * as z from 'zod/mini'
import { isThumbprint, type Thumbprint } from '../../shared/certificate/thumbprint.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { flagMember, listMember, numberMember } from '../../shared/request/body.ts'
import type { Property } from '../../shared/store/grant.ts'

/** Members that several of the APIs have. */

/** Of keys and values together: each write of the grant costs a unit for each KB. */
const MAX_PROPERTIES_BYTES = 16_384
/** The year 9999: a time beyond what dates can say must not be stored. */
const MAX_NUMBER = 253_402_300_799_000

export const positive = z.pipe(
  z.transform(numberMember),
  z.optional(z.number().check(z.int(), z.positive(), z.maximum(MAX_NUMBER))),
)
export const flag = z.pipe(z.transform(flagMember), z.boolean())
export const names = z.pipe(z.transform(listMember), z.array(z.string()))
export const thumbprint = z.pipe(
  z.string().check(z.refine((text) => isThumbprint(text))),
  z.transform((text) => text as Thumbprint),
)
/** JSON bodies alone have them (Authlete contract, section 1.1). */
export const properties = z.array(
  z.object({
    key: z.string().check(z.minLength(1)),
    value: z.string(),
    hidden: z._default(z.boolean(), false),
  }),
)

/** A flag that is off is not there: Java writes all of them. @throws Refusal member-refused */
export function refuseNotOffered(call: Readonly<Record<string, unknown>>, members: readonly string[]): void {
  const named = members.find((member) => call[member] !== undefined && call[member] !== false)
  if (named !== undefined) throw new Refusal('member-refused', { named })
}

export function tooBig(list: readonly Property[]): boolean {
  const bytes = list.map(({ key, value }) => Buffer.byteLength(key) + Buffer.byteLength(value))
  return bytes.reduce((sum, more) => sum + more, 0) > MAX_PROPERTIES_BYTES
}
