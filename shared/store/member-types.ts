import * as z from 'zod/mini'
import type { Thumbprint } from '../certificate/thumbprint.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'

// Types of stored members. Each has only one schema, because a cold start takes longer with each that is made.

export const string = z.string()
export const strings = z.array(string)
/** A list that is empty if it is absent. */
export const texts = z._default(strings, [])
export const text = z.optional(string)
export const number = z.number()
export const integer = z.int()
export const seconds = integer as unknown as z.ZodMiniType<EpochSeconds>
export const thumbprint = string as unknown as z.ZodMiniType<Thumbprint>
