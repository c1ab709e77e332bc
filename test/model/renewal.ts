import { any, type Certainty, happened, unless } from './certainty.ts'
import { changesOf, stateOf } from './revocation.ts'
import type { Client, Grant, Renewal, Span } from './state.ts'

/** The rules of announced certificates (docs/architecture.md, section 10). */

/** Whether management has approved a renewal since it was announced, or has ended it. */
function changed({ client, from, at }: Renewal, isEnd: boolean, seen: Span): Certainty {
  const since = client.renewalChanges.filter(
    (change) => change.from === from && change.ends === isEnd && happened(change.at, at) !== 'yes',
  )
  return any(since.map((change) => unless(happened(at, change.at) === 'yes', happened(change.at, seen))))
}

/** Whether a revocation of one of its certificates has ended a renewal. An index, which may lag behind, finds those to a certificate. */
function isEndedByRevocation({ client, from, to, at }: Renewal, seen: Span): Certainty {
  const ended = (certificate: string) =>
    changesOf(stateOf(client), certificate)
      .filter((change) => change.value !== 'release' && happened(change.at, at) !== 'yes')
      .map((change) =>
        unless(certificate === from && happened(at, change.at) === 'yes', happened(change.at, seen)),
      )
  return any([...ended(from), ...ended(to)])
}

const openness = (renewal: Renewal, seen: Span): Certainty => {
  if (renewal.refused) return 'no'
  const begun = happened(renewal.at, seen)
  const ended = any([changed(renewal, true, seen), isEndedByRevocation(renewal, seen)])
  if (begun === 'no' || ended === 'yes') return 'no'
  return begun === 'yes' && ended === 'no' ? 'yes' : 'maybe'
}

/** Whether an announcement leads from one certificate to the other. */
export function leads(client: Client, from: string, to: string, seen: Span): Certainty {
  const fitting = client.renewals.filter((renewal) => renewal.from === from && renewal.to === to)
  return any(
    fitting.map((renewal) => {
      const [open, approved] = [openness(renewal, seen), changed(renewal, false, seen)]
      if (open === 'no' || approved === 'no') return 'no'
      return open === 'yes' && approved === 'yes' ? 'yes' : 'maybe'
    }),
  )
}

/** Whether another renewal of the client refuses an announcement. One that was ended may have been vetoed. */
export function isContested({ client, from, to, at }: Renewal): Certainty {
  const others = client.renewals.filter((renewal) => renewal.at.start !== at.start)
  const same = others.filter((each) => each.from === from && each.to === to && !each.refused)
  const isKnown = any(same.map((renewal) => openness(renewal, at)))
  if (isKnown === 'yes') return 'no'
  const taken = others
    .filter((renewal) => renewal.from === from && renewal.to !== to)
    .map((renewal) => openness(renewal, at))
  // One that leads away from the new certificate counts also after its end, unless it was vetoed, and one that a revocation has refused.
  const away = others
    .filter((renewal) => renewal.from === to)
    .map((renewal) => (openness(renewal, at) === 'yes' ? 'yes' : 'maybe'))
  // A veto of this moment may be for this announcement, and an earlier one for an equal one that was stored before it was refused.
  const mayBeStored = others.some((each) => each.refused && each.from === from && each.to === to)
  const vetoes = client.renewalChanges
    .filter((change) => change.from === from && change.ends)
    .map((change) => happened(change.at, at))
    .map((veto) => (veto === 'maybe' || (veto === 'yes' && mayBeStored) ? 'maybe' : 'no'))
  const contested = any([...taken, ...away, ...vetoes])
  return same.length === 0 ? contested : contested === 'yes' && isKnown === 'no' ? 'yes' : 'maybe'
}

/** Whether a grant has followed an announcement, so that only further announcements lead on (decision D4). */
export const hasFollowed = ({ followed }: Grant, seen: Span): Certainty =>
  any(followed.map(({ at, sure }) => unless(sure, happened(at, seen))))
