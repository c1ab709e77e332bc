import type { RangeReasons } from '../../shared/request/range.ts'

/** The reasons to refuse the range of a list of clients or services. */
export const LIST_REASONS: RangeReasons = {
  start: { malformed: 'list-start-malformed', negative: 'list-start-negative' },
  end: { malformed: 'list-end-wrong', negative: 'list-end-wrong' },
}
