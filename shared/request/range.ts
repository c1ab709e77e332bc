import * as z from 'zod/mini'
import type { Reason } from '../refusal/refusal.ts'

/** The requested part of a list. */
export interface Range {
  /** The index of the first item, counted from 0. */
  readonly start: number
  /** The index after the last item. */
  readonly end: number
}

/** The value fits into a 32-bit integer. */
const MAX = 999_999_999

/** A whole number, which is text in a query. */
const wholeMember = z.pipe(
  z.transform((value: unknown) =>
    typeof value === 'string' && /^-?[0-9]{1,9}$/.test(value) ? Number(value) : value,
  ),
  z.int().check(z.nonnegative(), z.maximum(MAX)),
)

export const DEFAULT_PAGE = 20
/** The number of items on a page. */
export const pageSizeMember = wholeMember.check(z.positive(), z.maximum(100))

/** Members of a call that lists something. */
export const RANGE = { start: z._default(wholeMember, 0), end: z._default(wholeMember, 5) }

/** The reasons of an endpoint to refuse a range. */
type RangeReasons = Readonly<Record<keyof Range, { readonly malformed: Reason; readonly negative: Reason }>>

/** The `reasonOf` of `readCall` for a range. */
export function rangeReason(reasons: RangeReasons) {
  return (named: string, isTooSmall: boolean): Reason | undefined => {
    if (named !== 'start' && named !== 'end') return undefined
    return reasons[named][isTooSmall ? 'negative' : 'malformed']
  }
}
