import { contentIn } from '../support/answers.ts'
import { form } from '../support/walk.ts'
import { any, type Certainty, happened, possible, share } from './certainty.ts'
import { isProofDead, isStopped, lacks } from './model.ts'
import type { Play } from './play.ts'
import { isNotAuthentic, isNotHeld } from './possession.ts'
import { boundTo, certificateOf, presentation, proofMembers, sendAsClient, wayOf } from './presentation.ts'
import type { Held, Span } from './state.ts'
import { chosen, holds, type Operations, pickHeld, type Step } from './steps.ts'
import { judgeScopes } from './token-steps.ts'

/** The steps of resource servers. */
export const PRESENTING_STEPS: Operations = {
  introspect: { weight: 14, fits: holds('access'), take: introspect },
  standard: { weight: 6, fits: holds('access', 'refresh'), take: standard },
  userinfo: {
    weight: 6,
    fits: holds('access'),
    take: (play, step) => introspect(play, step, undefined, true),
  },
  userinfoIssue: { weight: 3, fits: holds('access'), take: issueUserinfo },
}

const accessToken = (play: Play, step: Step) => pickHeld(play, step, 'access')

/** The token, something else that the client holds, or a text that nobody has issued. */
function presented(
  step: Step,
  { grant, text }: Held,
  kinds: readonly Held['kind'][] = ['access'],
): { readonly text: string; readonly isForged: Certainty } {
  const way = wayOf(step)
  const at = Math.floor(text.length / 2)
  const forged = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  const other = chosen(grant.held, step.pick)
  if (way === 'client' && !kinds.includes(other.kind)) return { text: other.text, isForged: 'yes' }
  return way === 'secret' ? { text: forged, isForged: 'yes' } : { text, isForged: 'no' }
}

/** Asks whether the presenter may use an access token, or gets the claims of its end-user for it. */
export async function introspect(
  play: Play,
  step: Step,
  held = accessToken(play, step),
  isUserinfo = false,
): Promise<void> {
  const { grant } = held
  const { text, isForged } = presented(step, held)
  const brought = presentation(play, step, grant.client, text, boundTo(grant))
  const { certificate } = brought
  const face = isUserinfo ? 'Web API' : brought.face
  // The OAuth face judges certificates only.
  const proof = face === 'OAuth' ? undefined : brought.proof
  const clientCertificate = certificateOf(play, certificate)
  const path = isUserinfo ? '/auth/userinfo' : '/auth/introspection'
  await play.ask(step, {
    name: `${path} at ${face} with ${certificate ?? 'no certificate'}${proof ? ` and ${proof.key}` : ''}`,
    send: (by) =>
      face === 'OAuth'
        ? play.sendForm(by, '/introspection', { token: text }, clientCertificate)
        : play.call(by, grant.client.service, path, {
            ...{ token: text, clientCertificate },
            ...proofMembers(play, proof, text),
          }),
    begins: (at) => (proof === undefined ? [] : [play.use(proof.uses, at)]),
    settle: (isActive, { json }, at) => {
      const wrongProof = proof === undefined ? 'no' : isProofDead(proof, text, at)
      const notHeld = isNotHeld(grant, { face, certificate, proof }, at)
      const userless = isUserinfo ? hasNoUser(held, at) : 'no'
      const wrong = any([isForged, play.dead(held, at), notHeld, wrongProof, userless])
      play.judge('the access token', isActive, wrong)
      if (isActive !== true) return
      play.succession.seen(held, at)
      const { scopes, scope, cnf, certificateThumbprint } = json
      judgeScopes(
        play,
        grant,
        typeof scope === 'string' ? scope.split(' ') : ((scopes ?? []) as string[]),
        at,
      )
      if (!isUserinfo) judgeBinding(play, held, cnf ?? { 'x5t#S256': certificateThumbprint }, at)
    },
  })
}

/** Whether a token does not open the claims of an end-user. One that a client got for itself has no refresh token. */
const hasNoUser = (held: Held, at: Span): Certainty =>
  any([share([!held.grant.held.some(({ kind }) => kind === 'refresh')]), lacks('openid', held, at)])

async function issueUserinfo(play: Play, step: Step): Promise<void> {
  const held = accessToken(play, step)
  const { text, isForged } = presented(step, held)
  await play.ask(step, {
    name: 'the response of userinfo',
    send: (by) => play.call(by, held.grant.client.service, '/auth/userinfo/issue', { token: text }),
    settle: (isDone, _, at) =>
      play.judge(
        'the token of the end-user',
        isDone,
        any([isForged, play.dead(held, at), hasNoUser(held, at)]),
      ),
  })
}

/** An answer names the certificate that the token is bound to, or one that it was bound to while the request ran. */
function judgeBinding(play: Play, { grant }: Held, cnf: unknown, seen: Span): void {
  const { 'x5t#S256': named } = (cnf ?? {}) as Record<string, unknown>
  const bound = possible(grant.binding, seen).map((binding) => play.world.certificates[binding]?.thumbprint)
  if (!bound.includes(named as string | undefined))
    play.fail(`the answer names the certificate ${String(named)}`)
}

/** By the service, or at the OAuth face by a client, which learns of its own tokens only. */
export async function standard(
  play: Play,
  step: Step,
  held = pickHeld(play, step, 'access', 'refresh'),
): Promise<void> {
  const { grant } = held
  const brought = presentation(play, step, grant.client)
  const { sender, face } = brought
  const { text, isForged } = presented(step, held, ['access', 'refresh'])
  const isByClient = face === 'OAuth'
  await play.ask(step, {
    name: `standard introspection of the ${held.kind} token at ${face} by ${sender.number}`,
    send: (by) =>
      isByClient
        ? sendAsClient(play, by, '/introspection/standard', brought, { token: text })
        : play.call(by, grant.client.service, '/auth/introspection/standard', {
            parameters: form({ token: text }),
          }),
    settle: (isDone, answer, at) => {
      const isRefused = any([share([sender.method === 'NONE']), isNotAuthentic(brought, undefined, at)])
      if (isByClient && isDone !== undefined) {
        play.judge('the caller', isDone, isDone ? isRefused : any([isRefused, isStopped(sender, at)]))
      }
      if (isByClient && isDone !== true) return
      const { active, cnf } = contentIn(answer)
      const isActive = isDone === undefined ? undefined : active === true
      // An idempotent service takes a replaced refresh token again, but it is no longer the one of the grant.
      const isReplaced =
        play.world.mode.refresh === 'kept' ? 'no' : any(held.uses.map((use) => happened(use, at)))
      const isOthers = share([isByClient && sender !== grant.client])
      play.judge(
        `the ${held.kind} token`,
        isActive,
        any([isForged, isOthers, isReplaced, play.dead(held, at)]),
      )
      if (isActive !== true) return
      play.succession.seen(held, at)
      judgeBinding(play, held, cnf, at)
    },
  })
}
