import { any, isReleasable, negated } from './model.ts'
import type { Play } from './play.ts'
import { type CertificateChange, type Client, type Service, type Span, unfinished } from './state.ts'
import { chosen, hasService, type Operations, serviceOf, type Step, type Undo } from './steps.ts'

/** The steps with revocations of certificates. */
export const CERTIFICATE_STEPS: Operations = {
  revokeCertificate: { weight: 3, fits: hasService, take: revokeCertificate },
  releaseCertificate: { weight: 4, fits: hasService, take: releaseCertificate },
}

const REASONS = ['certificateHold', 'certificateHold', 'keyCompromise'] as const

/** Announced certificates are revoked by steps of their own. */
async function revokeCertificate(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const certificate = chosen(Object.keys(play.world.certificates), step.pick)
  const reason = chosen(REASONS, step.other)
  const thumbprint = play.world.certificates[certificate]?.thumbprint
  const value = reason === 'certificateHold' ? 'hold' : 'final'
  const endClientTokens = step.pick % 4 === 3
  await play.ask(step, {
    name: `revoke ${certificate} because of ${reason}${endClientTokens ? ', with all tokens' : ''}`,
    send: (by) => {
      const members = { thumbprint, reason, revokeAnnounced: false, endClientTokens }
      return play.call(by, service, '/certificate/revoke', members)
    },
    begins: (at) => [
      change({ service, certificate, value, at }),
      ...(endClientTokens ? cutOffs(play, service, certificate, at) : []),
    ],
    settle: (isDone) => play.judge('the revocation of a certificate', isDone, mayBeDeleted(service)),
  })
}

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
