import type { RangeReasons } from '../../shared/request/range.ts'

/** The refusals of lists, the same for clients and services. */
export const LIST_REASONS: RangeReasons = {
  start: { malformed: 'list-start-malformed', negative: 'list-start-negative' },
  end: { malformed: 'list-end-wrong', negative: 'list-end-wrong' },
}
