import type { RangeReasons } from '../../shared/request/range.ts'

/** Clients and services are listed alike. */
export const LIST_REASONS: RangeReasons = {
  start: { malformed: 'list-start-malformed', negative: 'list-start-negative' },
  end: { malformed: 'list-end-wrong', negative: 'list-end-wrong' },
}
