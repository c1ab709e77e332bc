import { any, happened, negated, share } from './certainty.ts'
import { ISSUER, OTHER_ISSUER, serialNumberOf } from './certificates.ts'
import { changesOf, isReleasable } from './revocation.ts'
import type { Play } from './play.ts'
import { isSureBinding } from './possession.ts'
import {
  type CertificateChange,
  type Client,
  type Service,
  type Span,
  type Track,
  unfinished,
} from './state.ts'
import { chosen, hasService, type Operations, serviceOf, type Step, type Undo } from './steps.ts'

/** The steps with revocations of certificates. */
export const CERTIFICATE_STEPS: Operations = {
  revokeCertificate: { weight: 3, fits: hasService, take: revokeCertificate },
  releaseCertificate: { weight: 4, fits: hasService, take: releaseCertificate },
}

/** The names by which an operator revokes a certificate. */
const NAMES = ['thumbprint', 'serial'] as const

const REASONS = ['certificateHold', 'certificateHold', 'keyCompromise'] as const

/** Some go on with the certificates that clients have announced in place of a revoked one. */
async function revokeCertificate(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const [reason, track, follows] = [
    chosen(REASONS, step.other),
    chosen(NAMES, step.other > 5 ? 1 : 0),
    (step.how ?? 0) % 2 === 1,
  ]
  const names = Object.keys(play.world.certificates)
  const replaced = follows ? service.announced.map(({ from }) => from) : []
  const certificate = chosen(replaced.length === 0 ? names : replaced, step.pick)
  const clients = clientsFor(play, step, service)
  const value = reason === 'certificateHold' ? 'hold' : 'final'
  const endClientTokens = step.pick % 4 === 3
  // The certificates of another CA have the same serial numbers.
  const isOfOther = step.other === 11
  const more = `${isOfOther ? ' and another CA' : ''}${follows ? ', with announced ones' : ''}${endClientTokens ? ', with all tokens' : ''}`
  await play.ask(step, {
    name: `revoke ${shown(certificate, track)} because of ${reason}${more}`,
    send: (by) => {
      const named = naming(play, certificate, track, isOfOther ? OTHER_ISSUER : ISSUER)
      const clientIdentifiers = clients.map(({ number }) => String(number))
      const members = { ...named, reason, revokeAnnounced: follows, endClientTokens, clientIdentifiers }
      return play.call(by, service, '/certificate/revoke', members)
    },
    begins: (at) => {
      if (isOfOther) return []
      const made = { service, certificate, track, clients, follows, value, at } as const
      return [change(made), ...(endClientTokens ? cutOffs(play, made) : [])]
    },
    settle: (isDone, _, at) => {
      const isUnnamed = !service.isNoted && (clients.length === 0 || track === 'serial')
      const deletions = clients.flatMap((client) => client.deletions)
      const wrong = any([
        share([isUnnamed]),
        ...deletions.map((each) => happened(each, at)),
        mayBeDeleted(service),
      ])
      play.judge('the revocation of a certificate', isDone, wrong)
    },
  })
}

/** A service without notes must learn which clients use the certificate. */
function clientsFor({ clients }: Play, { pick, other }: Step, service: Service): Client[] {
  const own = clients.filter((client) => client.service === service).slice(-3)
  if (service.isNoted || other % 5 === 4) return []
  return own.filter((_, at) => at === pick % own.length || at === other % own.length)
}

const shown = (certificate: string, track: Track) =>
  `${certificate}${track === 'serial' ? ' by its serial number' : ''}`

/** The members that name a certificate. */
function naming({ world }: Play, certificate: string, track: Track, issuerCertificate = ISSUER) {
  const { pem = '', thumbprint } = world.certificates[certificate] ?? {}
  return track === 'serial' ? { issuerCertificate, serialNumber: serialNumberOf(pem) } : { thumbprint }
}

/**
 * The clients that have bound tokens to a certificate that it concerns lose all of theirs, others may have a note of it, too. Without notes
 * those that it names lose theirs.
 */
function cutOffs(play: Play, { service, clients, at }: CertificateChange): Undo[] {
  if (!service.isNoted) return clients.map((client) => play.use(client.cutOffs, at))
  const certificates = Object.keys(play.world.certificates).filter((certificate) =>
    changesOf({ service, isShown: false }, certificate).some((change) => change.at === at),
  )
  const all = play.clients.filter((client) => client.service.number === service.number)
  return all.map((client) => {
    const isFound = certificates.some((certificate) => hasBound(play, client, certificate, at))
    return play.use(client.cutOffs, isFound && client.service === service ? at : unfinished(at))
  })
}

function hasBound({ grants }: Play, client: Client, certificate: string, seen: Span): boolean {
  return grants
    .filter((grant) => grant.client === client && grant.held.some(({ made }) => made.end < seen.start))
    .some((grant) =>
      grant.binding.some(
        (each) => each.value === certificate && each.at.end < seen.start && isSureBinding(grant, each),
      ),
    )
}

/** Some certificates are not on hold. */
async function releaseCertificate(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const names = Object.keys(play.world.certificates).flatMap((certificate) =>
    NAMES.map((track) => ({ certificate, track })),
  )
  const revoked = names.filter(({ certificate, track }) =>
    changesOf({ service, isShown: true }, certificate).some((each) => each.track === track),
  )
  const { certificate, track } = chosen(revoked.length === 0 ? names : revoked, step.pick)
  await play.ask(step, {
    name: `release ${shown(certificate, track)}`,
    send: (by) => play.call(by, service, '/certificate/release', naming(play, certificate, track)),
    begins: (at) => [
      change({ ...{ service, certificate, track, clients: [] }, follows: false, value: 'release', at }),
    ],
    settle: (isDone, _, at: Span) => {
      const wrong = any([negated(isReleasable(service, certificate, track, at)), mayBeDeleted(service)])
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
