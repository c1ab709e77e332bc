import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { jws } from '../support/assertions.ts'
import { vector } from '../infra/emulator/tls-client.ts'
import { any, share, unless } from './certainty.ts'
import { isStopped } from './model.ts'
import { isRevoked } from './revocation.ts'
import type { Play } from './play.ts'
import { isNotAuthentic, subjectOf } from './possession.ts'
import { boundTo, presentation, sendAsClient } from './presentation.ts'
import { isContested } from './renewal.ts'
import type { Client, Renewal } from './state.ts'
import { chosen, clientOf, hasClient, type Operations, type Step } from './steps.ts'

/** The steps with announced certificates. */
export const RENEWAL_STEPS: Operations = {
  announce: { weight: 8, fits: hasClient, take: announce },
  changeRenewal: { weight: 8, fits: (play) => renewing(play).length > 0, take: changeRenewal },
}

const OWN = createPrivateKey(vector('client-ec-p256.test-key'))
/** The keys of the certificates. A renewed one has the same key, which opens nothing by itself. */
const KEYS: Readonly<Record<string, KeyObject>> = {
  ...{ own: OWN, 'own renewed': OWN },
  other: createPrivateKey(vector('client-other.test-key')),
}

const renewing = ({ clients }: Play): Client[] => clients.filter(({ renewals }) => renewals.length > 0)

/** Some announce with another certificate than they name, and some have not the key of the next one. */
async function announce(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const names = Object.keys(play.world.certificates)
  const grant = play.grants.findLast((each) => each.client === client)
  const used = grant === undefined ? client.own : boundTo(grant).certificate
  const from = step.other % 4 === 3 ? chosen(names, step.pick) : used
  const to = chosen(
    names.filter((name) => name !== from),
    step.other,
  )
  const brought = presentation(play, step, client, undefined, { certificate: from })
  const { sender, certificate } = brought
  const signer = step.pick % 6 === 5 ? KEYS[to === 'other' ? 'own' : 'other'] : KEYS[to]
  await play.ask(step, {
    name: `announce ${to} in place of ${from} by ${sender.number} with ${certificate ?? 'no certificate'}`,
    send: (by) => {
      const announcement = announcementOf(play, sender, from, to, signer)
      return sendAsClient(play, by, '/certificate/announce', brought, { announcement })
    },
    begins: (at) => {
      const renewal: Renewal = { client: sender, from, to, at }
      sender.renewals.push(renewal)
      sender.service.announced.push(renewal)
      return [() => void (renewal.refused = true)]
    },
    settle: (isDone, _, at) => {
      const { service } = sender
      const isUnfit = sender.method === 'TLS_CLIENT_AUTH' && subjectOf(to) !== subjectOf(sender.own)
      const wrong = any([
        share([certificate !== from || signer !== KEYS[to] || isUnfit]),
        isNotAuthentic(brought, undefined, at),
        isDone === false ? isStopped(sender, at) : 'no',
        isContested({ client: sender, from, to, at }),
        isRevoked({ service, isShown: true }, from, at),
        unless(false, isRevoked({ service, isShown: true }, to, at)),
      ])
      play.judge('the announcement', isDone, wrong)
      if (isDone === true) sender.service.shown.push({ certificate: from, at }, { certificate: to, at })
    },
  })
}

function announcementOf(play: Play, { service }: Client, from: string, to: string, signer = OWN): string {
  const { certificates } = play.world
  const x5c = [new X509Certificate(certificates[to]?.pem ?? '').raw.toString('base64')]
  const alg = signer.asymmetricKeyType === 'ec' ? 'ES256' : 'PS256'
  const claims = { aud: service.issuer, iat: play.now, 'x5t#S256': certificates[from]?.thumbprint }
  return jws({ typ: 'certbound-renewal+jwt', alg, x5c }, claims, signer, alg)
}

const ACTIONS = ['approve', 'approve', 'approve', 'end', 'veto'] as const

/** A renewal takes effect at once, or ends. */
async function changeRenewal(play: Play, step: Step): Promise<void> {
  const client = chosen(renewing(play), step.pick)
  const { from } = chosen(client.renewals, step.other) satisfies Renewal
  const action = chosen(ACTIONS, step.other)
  const thumbprint = play.world.certificates[from]?.thumbprint
  await play.ask(step, {
    name: `${action} the renewal of ${from} of ${client.number}`,
    send: (by) =>
      play.call(by, client.service, `/certificate/renewal/${action}`, {
        clientIdentifier: String(client.number),
        thumbprint,
      }),
    begins: (at) => {
      const change = { from, ends: action !== 'approve', at }
      client.renewalChanges.push(change)
      return [() => void client.renewalChanges.splice(client.renewalChanges.indexOf(change), 1)]
    },
  })
}
