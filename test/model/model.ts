import {
  agreed,
  any,
  CACHE_SECONDS,
  type Certainty,
  happened,
  happenedToRecord,
  isPast,
  possible,
  possibleInRecord,
  possibleWrites,
  share,
  unless,
} from './certainty.ts'
import { isOneRevoked, stateOf } from './revocation.ts'
import type { Client, Held, Proof, Refreshing, Span } from './state.ts'

/**
 * The model of certbound: the memory of a correct deployment, and the rules for its answers. All requests run over real
 * processes; this page only decides which answers are right.
 *
 * Requests overlap, so a fact is not simply true or false for an answer. A request that was over before another began has
 * happened for it (`yes`), one that began after it was over has not (`no`), and of two that overlap either may have come
 * first (`maybe`). If a thing is dead, every use of it must be refused. If it is not dead, every right use must succeed. If it may
 * be dead, both answers are right. A request whose outcome is unknown never is over.
 */

/** How long the use of a replaced refresh token does not count as a theft (decision D39). */
const GRACE_SECONDS = 10
/** RFC 9449 section 11.1. */
const PROOF_SECONDS = 60

/** Whether a client is locked, or deleted with or without its service. */
export function isStopped({ created, deletions, locks, service }: Client, seen: Span): Certainty {
  return any([
    ...deletions.map((deletion) => happened(deletion, seen)),
    // Another process may make clients, and use them, while it has the deleted service in its cache.
    ...service.deletions.map((at) =>
      unless(created.end < at.start || seen.startedAt >= at.endedAt + CACHE_SECONDS, happened(at, seen)),
    ),
    share(possible(locks, seen)),
  ])
}

/** The record of a client has its lock as well. */
export const mayBeLocked = ({ locks }: Client, seen: Span): Certainty =>
  unless(false, share(possibleInRecord(locks, seen)))

/** Whether a thing is dead for a request. The rules are those of docs/architecture.md, section 3. */
export function isDead(held: Held, seen: Span, mode: Refreshing): Certainty {
  const { client, ends, binding } = held.grant
  return any([
    isStopped(client, seen),
    isOneRevoked(stateOf(client), possible(binding, seen), seen),
    isTooOld(held, seen),
    ...ends.map(({ at, sure }) => unless(sure, happened(at, seen))),
    agreed(possible(held.expiry, seen).map((end) => isPast(end, seen))),
    ...held.uses.map((use) => isUsedUp(held, use, seen, mode)),
  ])
}

/** Whether a thing is older than a cut-off of its client or service allows. */
export function isTooOld(held: Held, seen: Span): Certainty {
  const { made, grant } = held
  const { cutOffs, service } = grant.client
  return any([
    ...cutOffs.map((cutOff) => isCutOff(held, cutOff, seen)),
    ...service.notBefore
      .filter(({ value }) => made.startedAt < value)
      .map(({ value, at }) => unless(made.latest < value, happenedToRecord(at, seen))),
    service.again && made.startedAt <= service.created.endedAt + CACHE_SECONDS ? 'maybe' : 'no',
  ])
}

/**
 * A cut-off ends what was made up to the second of its beginning, and spares what is made in a second after its end. Between
 * them it ends what was made from something that it ends: otherwise that had been refused.
 */
function isCutOff({ made, from }: Held, cutOff: Span, seen: Span): Certainty {
  if (made.latest <= cutOff.startedAt) return happened(cutOff, seen)
  // One that takes long ends more: its store may be as slow with the next write.
  const last = cutOff.endedAt + (cutOff.endedAt - cutOff.startedAt)
  if (made.start > cutOff.end) return made.startedAt > last ? 'no' : 'maybe'
  return from === undefined ? unless(false, happened(cutOff, seen)) : isCutOff(from, cutOff, seen)
}

/** An idempotent service takes a replaced refresh token again for a while, unless its successor is used up as well. */
function isUsedUp(held: Held, use: Span, seen: Span, mode: Refreshing): Certainty {
  const isUsed = happened(use, seen)
  if (held.kind !== 'refresh' || mode === 'rotated') return isUsed
  if (mode === 'kept') return 'no'
  const later = successors(held, use).flatMap(({ uses }) => uses.map((next) => happened(next, seen)))
  const isLate = isPast(use.startedAt + GRACE_SECONDS + 1, seen)
  if (any(later) === 'no' && isLate === 'no') return 'no'
  return unless(any(later) === 'yes' || isPast(use.latest + GRACE_SECONDS + 1, seen) === 'yes', isUsed)
}

const successors = ({ grant }: Held, use: Span): Held[] =>
  grant.held.filter(({ kind, made }) => kind === 'refresh' && made.start >= use.start)

/** Whether a refresh token certainly counts as stolen: it was replaced a while ago, or twice. Its use ends the grant. */
export function isReuse(held: Held, seen: Span): boolean {
  const isBefore = (use: Span) => happened(use, seen) === 'yes'
  return held.uses
    .filter(isBefore)
    .some(
      (use) =>
        isPast(use.latest + GRACE_SECONDS + 1, seen) === 'yes' ||
        successors(held, use).some(({ uses }) => uses.some(isBefore)),
    )
}

/** Whether a proof is refused where it is sent: it is for something else, too old, or used up. */
export function isProofDead(
  { target, madeAt, uses }: Proof,
  wanted: string | undefined,
  seen: Span,
): Certainty {
  return any([
    target === wanted ? 'no' : 'yes',
    isPast(madeAt + PROOF_SECONDS, seen),
    ...uses.filter(({ start }) => start !== seen.start).map((use) => happened(use, seen)),
  ])
}

/** Whether an access token lacks a scope. One that was issued with fewer gets all that management gives the grant later. */
export function lacks(scope: string, { grant, made, narrowed }: Held, seen: Span): Certainty {
  const scopes = possibleWrites(grant.scopes, seen).flatMap(({ value, at }) => {
    if (narrowed === undefined || happened(made, at) === 'yes') return [value]
    return happened(at, made) === 'yes' ? [narrowed] : [value, narrowed]
  })
  return share(scopes.map((all) => !all.includes(scope)))
}
