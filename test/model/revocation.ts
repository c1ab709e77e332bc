import {
  agreed,
  any,
  both,
  type Certainty,
  happened,
  negated,
  possibleWrites,
  share,
  unless,
} from './certainty.ts'
import { type Renewal, type Service, type Span, unfinished } from './state.ts'

/** Whether a certificate is revoked, for good or by a hold. */
export function isRevoked(
  service: Service,
  certificate: string,
  seen: Span,
  hasHappened = happened,
): Certainty {
  const changes = changesOf(service, certificate)
  return any([isFinal(changes, seen, hasHappened), isOnHold(service, changes, seen, hasHappened)])
}

/** `isRevoked`, if any of these bindings may be the one that counts. */
export function isOneRevoked(
  service: Service,
  bindings: readonly (string | undefined)[],
  seen: Span,
  hasHappened = happened,
): Certainty {
  const each = bindings.map((name) => (name ? isRevoked(service, name, seen, hasHappened) : 'no'))
  return each.length === 0 ? 'no' : agreed(each)
}

/** Whether a certificate can be released for a request, which itself does not count. */
export function isReleasable(service: Service, certificate: string, seen: Span): Certainty {
  const changes = changesOf(service, certificate).filter(({ at }) => at.start !== seen.start)
  const held = isOnHold(service, changes, seen, happened)
  return negated(any([isFinal(changes, seen, happened), negated(held)]))
}

type Change = Service['revocations'][number]

/** A change at a deleted service with this number may have reached this one. */
export const changesOf = (service: Service, certificate: string): Change[] =>
  service.revocations.flatMap((change) => {
    const reached = reaches(change, certificate)
    if (reached === 'no') return []
    const isSure = reached === 'yes' && change.service === service
    return [isSure ? change : { ...change, at: unfinished(change.at) }]
  })

/** Whether a change concerns a certificate: by its name, or because one that it concerns has announced it. */
function reaches(change: Change, certificate: string, passed: readonly string[] = []): Certainty {
  if (certificate === change.certificate) return 'yes'
  const leading = change.service.announced.filter(
    ({ from, to }) => change.follows && to === certificate && !passed.includes(from),
  )
  return any(
    leading.map((renewal) =>
      both(reaches(change, renewal.from, [...passed, certificate]), isFollowed(renewal, change)),
    ),
  )
}

/** Whether a change finds an announcement, also one that is over. One that was refused may be stored. */
function isFollowed({ at, refused, client }: Renewal, change: Change): Certainty {
  const isStored = refused !== true && client.service === change.service && client.deletions.length === 0
  return unless(isStored, happened(at, change.at))
}

const isFinal = (changes: readonly Change[], seen: Span, hasHappened: typeof happened) =>
  any(changes.filter(({ value }) => value === 'final').map(({ at }) => hasHappened(at, seen)))

/** A change without a known outcome may have stored only a part, so no later one replaces it. */
function isOnHold(
  { created }: Service,
  changes: readonly Change[],
  seen: Span,
  hasHappened: typeof happened,
): Certainty {
  const holds = changes
    .filter(({ value }) => value !== 'final')
    .map(({ value, at }) => ({ value, at: at.end === Infinity ? unfinished(at) : at }))
  const writes = [{ value: 'release', at: created }, ...holds]
  return share(possibleWrites(writes, seen, hasHappened).map(({ value }) => value === 'hold'))
}
