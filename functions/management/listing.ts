import { Refusal } from '../../shared/oauth/refusal.ts'

const DEFAULT_END = 5
/** What fits a 32-bit integer for certain. */
const WHOLE = /^-?[0-9]{1,9}$/

export interface Range {
  readonly start: number
  /** The first that is not in the answer. */
  readonly end: number
}

/** @throws Refusal list-… */
export function readRange(query: URLSearchParams): Range {
  const start = query.get('start') ?? '0'
  const end = query.get('end') ?? String(DEFAULT_END)
  if (!WHOLE.test(start)) throw new Refusal('list-start-malformed')
  if (start.startsWith('-')) throw new Refusal('list-start-negative')
  if (!WHOLE.test(end) || end.startsWith('-')) throw new Refusal('list-end-wrong')
  return { start: Number(start), end: Number(end) }
}

/** One after the other as they were created, so that pages do not move under whoever reads them. */
export function byCreation<Listed extends { readonly createdAt?: number | undefined }>(
  numberOf: (record: Listed) => number,
): (a: Listed, b: Listed) => number {
  return (a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || numberOf(a) - numberOf(b)
}

/** Members named `...At` are milliseconds (contract, rule 5). */
export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}
