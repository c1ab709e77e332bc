import { any, negated } from './certainty.ts'
import { changesOf, isReleasable } from './revocation.ts'
import type { Play } from './play.ts'
import { type CertificateChange, type Client, type Service, type Span, unfinished } from './state.ts'
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
  const endClientTokens = step.pick % 4 === 3
  const follows = (step.how ?? 0) % 2 === 1
  const more = `${follows ? ', with announced ones' : ''}${endClientTokens ? ', with all tokens' : ''}`
  await play.ask(step, {
    name: `revoke ${certificate} because of ${reason}${more}`,
    send: (by) => {
      const members = { thumbprint, reason, revokeAnnounced: follows, endClientTokens }
      return play.call(by, service, '/certificate/revoke', members)
    },
    begins: (at) => [
      change({ service, certificate, follows, value, at }),
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
  const revoked = names.filter((name) => changesOf(service, name).length > 0)
  const certificate = chosen(revoked.length === 0 ? names : revoked, step.pick)
  const thumbprint = play.world.certificates[certificate]?.thumbprint
  await play.ask(step, {
    name: `release ${certificate}`,
    send: (by) => play.call(by, service, '/certificate/release', { thumbprint }),
    begins: (at) => [change({ service, certificate, follows: false, value: 'release', at })],
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
