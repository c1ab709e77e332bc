import { type Range, rangeReason } from '../../shared/request/range.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'

export const tokenRangeReason = rangeReason({
  start: { malformed: 'list-tokens-start-malformed', negative: 'list-tokens-start-negative' },
  end: { malformed: 'list-tokens-end-malformed', negative: 'list-tokens-end-negative' },
})

const MAX_LENGTH = 1000

/** @throws Refusal list-tokens-too-many */
export function checkLength({ start, end }: Range): void {
  if (end - start > MAX_LENGTH) throw new Refusal('list-tokens-too-many')
}
