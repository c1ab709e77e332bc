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
import { CERTIFICATE_NAMES } from './certificates.ts'
import {
  type Client,
  type Renewal,
  type Service,
  type Span,
  type Track,
  TRACKS,
  unfinished,
} from './state.ts'

/** The revocations that a request reads. */
export interface View {
  readonly service: Service
  /** Whether the request has the certificate. If not, a serial number leads to it only if it was shown before. */
  readonly isShown: boolean
  /** The client whose state it reads. Where no certificates are noted, this has only the revocations that name the client. */
  readonly stateOf?: Client
}

/** The revocations that concern a token which was issued before. */
export const stateOf = (client: Client, isShown = false): View => ({
  ...{ service: client.service, stateOf: client, isShown },
})

/** Whether a certificate is revoked, for good or by a hold. */
export function isRevoked(view: View, certificate: string, seen: Span, hasHappened = happened): Certainty {
  const changes = changesOf(view, certificate)
  return any([
    isFinal(changes, seen, hasHappened),
    ...TRACKS.map((track) =>
      isOnHold(
        view.service,
        changes.filter((change) => change.track === track),
        seen,
        hasHappened,
      ),
    ),
  ])
}

/** `isRevoked`, if any of these bindings may be the one that counts. */
export function isOneRevoked(
  view: View,
  bindings: readonly (string | undefined)[],
  seen: Span,
  hasHappened = happened,
): Certainty {
  const each = bindings.map((name) => (name ? isRevoked(view, name, seen, hasHappened) : 'no'))
  return each.length === 0 ? 'no' : agreed(each)
}

/** Whether a hold can be released by this name of a certificate. The request itself does not count. */
export function isReleasable(service: Service, certificate: string, track: Track, seen: Span): Certainty {
  const changes = changesOf({ service, isShown: true }, certificate).filter(
    (change) => change.track === track && change.at.start !== seen.start,
  )
  const held = isOnHold(service, changes, seen, happened)
  return negated(any([isFinal(changes, seen, happened), negated(held)]))
}

type Change = Service['revocations'][number]

/** The changes that concern a certificate, as those of its own. */
export function changesOf({ service, isShown, stateOf }: View, certificate: string): Change[] {
  const named = service.isNoted ? undefined : stateOf
  const isPassed = (change: Change) => named !== undefined && isNotNamed(change, named)
  const all = [...service.revocations, ...listChanges(service, isShown)]
    .filter((change) => !isPassed(change))
    .flatMap((change) => {
      const isFound = change.track === 'thumbprint' || isShown || isKnown(change)
      const own = certificate !== change.certificate ? 'no' : isFound ? 'yes' : 'maybe'
      // The revocation of an announced certificate names its thumbprint.
      const announced = isAnnounced(change, certificate)
      return [
        ...changeOf(service, change, own),
        ...(own === 'yes' && change.track === 'thumbprint'
          ? []
          : changeOf(
              service,
              { ...change, track: change.track === 'list' ? 'list' : 'thumbprint' },
              announced,
            )),
      ]
    })
  const passed = service.revocations.filter(isPassed)
  // A release spares the clients of an earlier hold while a hold of the same moment, which does not name them, is there.
  const isSpared = ({ value, at }: Change) =>
    value === 'release' && passed.some((other) => happened(other.at, at) === 'maybe')
  return all.some(isSpared)
    ? all.map((change) => (change.value === 'release' ? { ...change, at: unfinished(change.at) } : change))
    : all
}

/**
 * The lists as revocations. One for good stays only if the certificate was in use: of all others, the entry counts as long as it is there.
 */
function listChanges(service: Service, isShown: boolean): Change[] {
  return service.lists.flatMap(({ entries, at }) =>
    CERTIFICATE_NAMES.flatMap((certificate): Change[] => {
      const entry = entries.get(certificate)
      const about = { service, certificate, track: 'list', clients: [], follows: false, at } as const
      const present: Change = { ...about, value: entry === undefined ? 'release' : 'hold' }
      if (entry !== 'final') return [present]
      const final: Change = { ...about, value: 'final', follows: true }
      return [present, isShown && !isKnown(final) ? { ...final, at: unfinished(at) } : final]
    }),
  )
}

/** Whether a revocation does not reach the state of a client of a service that notes no certificates. */
const isNotNamed = (change: Change, client: Client): boolean =>
  change.value !== 'release' && change.service === client.service && !change.clients.includes(client)

/** A change at a deleted service with this number may have reached this one. */
function changeOf(service: Service, change: Change, reaches: Certainty): Change[] {
  if (reaches === 'no') return []
  // A deletion erases the revocations. Another process may use the service while it has it in its cache.
  const isSure = reaches === 'yes' && change.service === service && service.deletions.length === 0
  return [isSure ? change : { ...change, at: unfinished(change.at) }]
}

/** Whether the serial number of a change leads to the certificate. */
const isKnown = ({ service, certificate, at }: Change): boolean =>
  service.shown.some((shown) => shown.certificate === certificate && happened(shown.at, at) === 'yes')

/** Whether a change goes on with a certificate, because one that it concerns has announced it. */
function isAnnounced(change: Change, certificate: string, passed: readonly string[] = []): Certainty {
  const isFirst = ({ from }: Renewal) => from === change.certificate
  const leading = change.service.announced.filter(
    (renewal) =>
      change.follows && renewal.to === certificate && (isFirst(renewal) || !passed.includes(renewal.from)),
  )
  return any(
    leading.map((renewal) => {
      const reached = isFirst(renewal) ? 'yes' : isAnnounced(change, renewal.from, [...passed, certificate])
      return both(reached, isFollowed(renewal, change))
    }),
  )
}

/** Whether a change finds an announcement, also one that is over. One that was refused may be stored. */
function isFollowed({ at, refused, client }: Renewal, change: Change): Certainty {
  if (!change.service.isNoted && isNotNamed(change, client)) return 'no'
  const isStored = refused !== true && client.service === change.service && client.deletions.length === 0
  return unless(isStored, happened(at, change.at))
}

const isFinal = (changes: readonly Change[], seen: Span, hasHappened: typeof happened) =>
  any(changes.filter(({ value }) => value === 'final').map(({ at }) => hasHappened(at, seen)))

/** This is before all requests: a list may have been read before its service was made. */
const FIRST = { start: -1, end: -1, gone: -1, startedAt: 0, endedAt: 0, latest: 0 }

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
  const writes = [{ value: 'release', at: { ...created, ...FIRST } }, ...holds]
  return share(possibleWrites(writes, seen, hasHappened).map(({ value }) => value === 'hold'))
}
