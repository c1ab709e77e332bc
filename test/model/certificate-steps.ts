import { any, isReleasable, negated } from './model.ts'
import type { Play } from './play.ts'
import {
  type CertificateChange,
  type Client,
  type Renewal,
  type Service,
  type Span,
  unfinished,
} from './state.ts'
import { chosen, hasService, type Operations, serviceOf, type Step, type Undo } from './steps.ts'

/** The steps with revocations of certificates. */
export const CERTIFICATE_STEPS: Operations = {
  revokeCertificate: { weight: 3, fits: hasService, take: revokeCertificate },
  releaseCertificate: { weight: 4, fits: hasService, take: releaseCertificate },
}

const REASONS = ['certificateHold', 'certificateHold', 'keyCompromise'] as const

/** Some go on with the certificates that clients have announced in place of a revoked one. */
async function revokeCertificate(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const certificate = chosen(Object.keys(play.world.certificates), step.pick)
  const reason = chosen(REASONS, step.other)
  const thumbprint = play.world.certificates[certificate]?.thumbprint
  const value = reason === 'certificateHold' ? 'hold' : 'final'
  const [endClientTokens, revokeAnnounced] = [step.pick % 4 === 3, (step.how ?? 0) % 2 === 1]
  const more = `${revokeAnnounced ? ', with announced ones' : ''}${endClientTokens ? ', with all tokens' : ''}`
  await play.ask(step, {
    name: `revoke ${certificate} because of ${reason}${more}`,
    send: (by) => {
      const members = { thumbprint, reason, revokeAnnounced, endClientTokens }
      return play.call(by, service, '/certificate/revoke', members)
    },
    begins: (at) => {
      const announced = revokeAnnounced ? announcedFrom(play, service, certificate, at) : []
      const all = [{ certificate, at }, ...announced]
      return all.flatMap((each) => [
        change({ service, value, ...each }),
        ...(endClientTokens ? cutOffs(play, service, each.certificate, each.at) : []),
      ])
    },
    settle: (isDone) => play.judge('the revocation of a certificate', isDone, mayBeDeleted(service)),
  })
}

interface Revoked {
  readonly certificate: string
  /** It is unfinished if nobody knows whether the revocation finds the certificate. */
  readonly at: Span
}

/** The certificates that lead on from a revoked one. A refused announcement may be stored, and a deleted client may have left its own. */
function announcedFrom(play: Play, service: Service, certificate: string, at: Span): Revoked[] {
  const found = new Map([[certificate, at]])
  const clients = play.clients.filter((client) => client.service.number === service.number)
  const renewals = clients.flatMap((client) => {
    const isThere = client.service === service && client.deletions.length === 0
    return client.renewals.map((renewal) => ({ ...renewal, isSure: isThere && isFound(renewal, at) }))
  })
  // Two rounds find each path between three certificates.
  for (const { from, to, isSure } of [...renewals, ...renewals]) {
    const leading = found.get(from)
    if (leading !== undefined && found.get(to) !== at) found.set(to, isSure ? leading : unfinished(at))
  }
  found.delete(certificate)
  return [...found].map(([each, span]) => ({ certificate: each, at: span }))
}

const isFound = ({ refused, at }: Renewal, seen: Span) => refused !== true && at.end < seen.start

/** The clients that have bound tokens to the certificate lose all of theirs. Others may have a note of it, too. */
function cutOffs(play: Play, service: Service, certificate: string, at: Span): Undo[] {
  const clients = play.clients.filter((client) => client.service.number === service.number)
  return clients.map((client) => {
    const isSure = client.service === service && hasBound(play, client, certificate, at)
    return play.use(client.cutOffs, isSure ? at : unfinished(at))
  })
}

function hasBound({ grants }: Play, client: Client, certificate: string, seen: Span): boolean {
  return grants
    .filter((grant) => grant.client === client && grant.held.some(({ made }) => made.end < seen.start))
    .some(({ binding }) =>
      binding.some(
        ({ value, at }) =>
          value === certificate &&
          at.end < seen.start &&
          binding.every((other) => other.at.start !== at.start || other.value === value),
      ),
    )
}

/** Some certificates are not on hold. */
async function releaseCertificate(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const names = Object.keys(play.world.certificates)
  const revoked = names.filter((name) => service.revocations.some((each) => each.certificate === name))
  const certificate = chosen(revoked.length === 0 ? names : revoked, step.pick)
  const thumbprint = play.world.certificates[certificate]?.thumbprint
  await play.ask(step, {
    name: `release ${certificate}`,
    send: (by) => play.call(by, service, '/certificate/release', { thumbprint }),
    begins: (at) => [change({ service, certificate, value: 'release', at })],
    settle: (isDone, _, at: Span) => {
      const wrong = any([negated(isReleasable(service, certificate, at)), mayBeDeleted(service)])
      play.judge('the release of a certificate', isDone, wrong)
    },
  })
}

function change(made: CertificateChange): Undo {
  const { revocations } = made.service
  revocations.push(made)
  return () => void revocations.splice(revocations.indexOf(made), 1)
}

const mayBeDeleted = ({ deletions }: Service) => (deletions.length > 0 ? 'maybe' : 'no')
