import { type Reason, Refusal } from '../../shared/oauth/refusal.ts'

export interface Range {
  /** Counted from 0. */
  readonly start: number
  /** The first that is not in the answer. */
  readonly end: number
}

const DEFAULT_END = 5
const MAX_LENGTH = 1000

/** @throws Refusal list-tokens-… */
export function readRange({ start, end }: { readonly start?: unknown; readonly end?: unknown }): Range {
  const first = numberIn(start, 0, 'list-tokens-start-malformed', 'list-tokens-start-negative')
  const after = numberIn(end, DEFAULT_END, 'list-tokens-end-malformed', 'list-tokens-end-negative')
  if (after - first > MAX_LENGTH) throw new Refusal('list-tokens-too-many')
  return { start: first, end: after }
}

/** A query has text, a JSON body numbers. */
function numberIn(given: unknown, absent: number, malformed: Reason, negative: Reason): number {
  if (given === undefined || given === '') return absent
  const text = typeof given === 'number' ? String(given) : given
  if (typeof text !== 'string' || !/^-?\d{1,9}$/.test(text)) throw new Refusal(malformed)
  if (Number(text) < 0) throw new Refusal(negative)
  return Number(text)
}
