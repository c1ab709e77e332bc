import { rangeReason } from '../../shared/request/range.ts'

/** The reasons to refuse the range of a list of clients or services, for `readCall`. */
export const listReason = rangeReason({
  start: { malformed: 'list-start-malformed', negative: 'list-start-negative' },
  end: { malformed: 'list-end-wrong', negative: 'list-end-wrong' },
})

/** Sorts by creation, so that new entries do not move those of earlier pages. */
export function byCreation<Listed extends { readonly createdAt?: number | undefined }>(
  numberOf: (record: Listed) => number,
): (a: Listed, b: Listed) => number {
  return (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || numberOf(a) - numberOf(b)
}

/** Members named `...At` are in milliseconds (Authlete contract, rule 5). */
export function toMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}
