import type { Client, Grant, Held, Refreshing, Span, Written } from './state.ts'

/**
 * The model of certbound: what a correct deployment remembers, and the rules by which it answers. All requests run over the two
 * real processes; this page only says which answers are right.
 *
 * Requests overlap, so a fact is not simply true or false for an answer. A request that was over before another began has
 * happened for it (`yes`), one that began after it was over has not (`no`), and of two that overlap either may have come
 * first (`maybe`). If a thing is dead, every use of it must be refused. If it is not dead, every right use must succeed. If it may
 * be dead, both answers are right. A request whose outcome is unknown never is over.
 */
export type Certainty = 'no' | 'maybe' | 'yes'

export const happened = (what: Span, seen: Span): Certainty =>
  what.end < seen.start ? 'yes' : what.start > seen.end ? 'no' : 'maybe'

export const any = (all: readonly Certainty[]): Certainty =>
  all.includes('yes') ? 'yes' : all.includes('maybe') ? 'maybe' : 'no'

const unless = (isSure: boolean, certainty: Certainty): Certainty =>
  certainty === 'yes' && !isSure ? 'maybe' : certainty

/** The values that a request may see: those that were written, and not certainly replaced, before it was over. */
export function possible<Value>(writes: readonly Written<Value>[], seen: Span): Value[] {
  const begun = writes.filter(({ at }) => happened(at, seen) !== 'no')
  const isReplaced = ({ at }: Written<Value>) =>
    begun.some((later) => later.at.start > at.end && happened(later.at, seen) === 'yes')
  return begun.filter((write) => !isReplaced(write)).map(({ value }) => value)
}

const share = (values: readonly boolean[]): Certainty =>
  values.every(Boolean) ? 'yes' : values.some(Boolean) ? 'maybe' : 'no'

/** Whether a client is locked, or deleted with or without its service. */
export function isStopped(
  { created, deletions, locks, service }: Client,
  seen: Span,
  cache: number,
): Certainty {
  return any([
    ...deletions.map((deletion) => happened(deletion, seen)),
    // Another process may make clients, and use them, while it has the deleted service in its cache.
    ...service.deletions.map((at) =>
      unless(created.end < at.start || seen.startedAt >= at.endedAt + cache, happened(at, seen)),
    ),
    share(possible(locks, seen)),
  ])
}

/** Whether a thing is dead for a request. The rules are those of docs/architecture.md, section 3. */
export function isDead(held: Held, seen: Span, mode: Refreshing, cache: number): Certainty {
  const { client, ends } = held.grant
  return any([
    isStopped(client, seen, cache),
    isTooOld(held, seen, cache),
    ...ends.map(({ at, sure }) => unless(sure, happened(at, seen))),
    share(possible(held.expiry, seen).map((end) => end <= seen.startedAt)),
    ...held.uses.map((use) => isUsedUp(held, use, seen, mode)),
  ])
}

/** Whether a thing is older than a cut-off of its client or service allows. */
function isTooOld(held: Held, seen: Span, cache: number): Certainty {
  const { made, grant } = held
  const { cutOffs, service } = grant.client
  return any([
    ...cutOffs.map((cutOff) => isCutOff(held, cutOff, seen)),
    // Another process may use what it has read of the service for the seconds of its cache.
    ...service.notBefore
      .filter(({ value }) => made.startedAt < value)
      .map(({ at }) =>
        unless(at.process === seen.process || seen.startedAt >= at.endedAt + cache, happened(at, seen)),
      ),
    service.again && made.startedAt <= service.created.endedAt + cache ? 'maybe' : 'no',
  ])
}

/**
 * A cut-off ends what was made up to the second of its beginning, and spares what is made in a second after its end. Between
 * them it ends what was made from something that it ends: otherwise that had been refused.
 */
function isCutOff({ made, from }: Held, cutOff: Span, seen: Span): Certainty {
  if (made.startedAt <= cutOff.startedAt) return happened(cutOff, seen)
  if (made.start > cutOff.end) return made.startedAt > cutOff.endedAt ? 'no' : 'maybe'
  return from === undefined ? unless(false, happened(cutOff, seen)) : isCutOff(from, cutOff, seen)
}

/** An idempotent service takes a replaced refresh token again for a while, unless its successor is used up as well. */
function isUsedUp(held: Held, use: Span, seen: Span, mode: Refreshing): Certainty {
  if (held.kind !== 'refresh' || mode === 'rotated') return happened(use, seen)
  if (mode === 'kept') return 'no'
  const next = held.grant.held.filter(({ kind, made }) => kind === 'refresh' && made.start >= use.start)
  const isNextUsed = next.some(({ uses }) => uses.some((later) => happened(later, seen) === 'yes'))
  return unless(isNextUsed, happened(use, seen))
}

/** Whether the tokens of a grant are for the other certificate. */
export function isForOther({ certificate }: Grant, seen: Span): Certainty {
  return share(possible(certificate, seen).map((bound) => bound === 'other'))
}
