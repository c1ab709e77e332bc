import type { Span, Written } from './state.ts'

/** The certainty of a fact for a request. The rules of the model (model.ts) use it. */

export type Certainty = 'no' | 'maybe' | 'yes'

/** How long a process may use what it has read of the registry. */
export const CACHE_SECONDS = 10

export const happened = (what: Span, seen: Span): Certainty =>
  what.end < seen.start ? 'yes' : what.start > seen.end ? 'no' : 'maybe'

export const any = (all: readonly Certainty[]): Certainty =>
  all.includes('yes') ? 'yes' : all.includes('maybe') ? 'maybe' : 'no'

export const unless = (isSure: boolean, certainty: Certainty): Certainty =>
  certainty === 'yes' && !isSure ? 'maybe' : certainty

export const negated = (certainty: Certainty): Certainty =>
  certainty === 'maybe' ? 'maybe' : certainty === 'yes' ? 'no' : 'yes'

export const both = (one: Certainty, other: Certainty): Certainty =>
  negated(any([negated(one), negated(other)]))

/** The certainty of a fact, if any of these values may be the one that counts. */
export const agreed = (all: readonly Certainty[]): Certainty => {
  const [first = 'maybe'] = all
  return all.every((each) => each === first) ? first : 'maybe'
}

export const share = (values: readonly boolean[]): Certainty =>
  agreed(values.map((value) => (value ? 'yes' : 'no')))

/** Another process may use what it has read of the registry for the seconds of its cache. */
export const happenedToRecord = (what: Span, seen: Span): Certainty =>
  unless(
    what.process === seen.process || seen.startedAt >= what.endedAt + CACHE_SECONDS,
    happened(what, seen),
  )

/**
 * The values that a request may see: those that were written, and not certainly replaced, before it was over. A write that nobody heard
 * of finds that it is late if another one was begun and done since.
 */
export function possibleWrites<Value>(
  writes: readonly Written<Value>[],
  seen: Span,
  hasHappened = happened,
): Written<Value>[] {
  const begun = writes.filter(({ at }) => happened(at, seen) !== 'no')
  const isReplaced = ({ at }: Written<Value>) =>
    begun.some((later) => later.at.start > at.gone && hasHappened(later.at, seen) === 'yes')
  return begun.filter((write) => !isReplaced(write))
}

export const possible = <Value>(writes: readonly Written<Value>[], seen: Span): Value[] =>
  possibleWrites(writes, seen).map(({ value }) => value)

/** The values that a record of the registry may have had for a request. */
export const possibleInRecord = <Value>(writes: readonly Written<Value>[], seen: Span): Value[] =>
  possibleWrites(writes, seen, happenedToRecord).map(({ value }) => value)

/** Whether the clock shows `end` or more for a request. */
export const isPast = (end: number, { startedAt, latest }: Span): Certainty =>
  share([end <= startedAt, end <= latest])

/** Another process, and for a client that has no tokens of the certificate this one, may use the revocations that it has read. */
export const happenedToCache = (what: Span, seen: Span): Certainty =>
  unless(seen.startedAt >= what.endedAt + CACHE_SECONDS, happened(what, seen))
