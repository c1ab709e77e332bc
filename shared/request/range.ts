import * as z from 'zod/mini'
import type { Reason } from '../refusal/refusal.ts'

/** Which part of a list is asked for. */
export interface Range {
  /** Counted from 0. */
  readonly start: number
  /** The first that is not in the answer. */
  readonly end: number
}

/** What fits a 32-bit integer for certain. */
const MAX = 999_999_999

/** Text in a query, a number in a body. */
const whole = z.pipe(
  z.transform((value: unknown) =>
    typeof value === 'string' && /^-?[0-9]{1,9}$/.test(value) ? Number(value) : value,
  ),
  z.int().check(z.nonnegative(), z.maximum(MAX)),
)

/** Members of a call that lists. */
export const RANGE = { start: z._default(whole, 0), end: z._default(whole, 5) }

/** The result codes of a list for a range that is none. */
export type RangeReasons = Readonly<
  Record<keyof Range, { readonly malformed: Reason; readonly negative: Reason }>
>

/** For `readCall`. */
export function rangeReason(reasons: RangeReasons) {
  return (named: string, isTooSmall: boolean): Reason | undefined => {
    if (named !== 'start' && named !== 'end') return undefined
    return reasons[named][isTooSmall ? 'negative' : 'malformed']
  }
}
