import { contentIn } from '../support/answers.ts'
import type { Received } from '../support/gateway.ts'
import { REDIRECT_URI } from '../support/walk.ts'
import { newGrant } from './authorization-steps.ts'
import { judgeIdToken } from './id-token.ts'
import { any, type Certainty, happened, possible, share, unless } from './certainty.ts'
import { isReuse, isStopped, isTooOld } from './model.ts'
import { isOneRevoked, stateOf } from './revocation.ts'
import type { Play } from './play.ts'
import {
  followedBy,
  isKey,
  isNotAuthentic,
  isPresentedRevoked,
  isRevokedForNew,
  judgeKind,
  newBindings,
  type Presentation,
  refreshedBindings,
} from './possession.ts'
import { boundTo, presentation, sendAsClient, usualKey, wayOf } from './presentation.ts'
import { type Binding, type Grant, type Held, type Service, type Span, UNBOUND, unfinished } from './state.ts'
import { clientOf, hasClient, holds, type Operations, pickHeld, type Step } from './steps.ts'
import { ACCESS_SECONDS, expiresIn, REFRESH_SECONDS } from './world.ts'

/** The steps of a client at the token endpoint. */
export const TOKEN_STEPS: Operations = {
  redeem: { weight: 30, fits: holds('code'), take: redeem },
  refresh: { weight: 24, fits: holds('refresh'), take: refresh },
  credentials: { weight: 5, fits: hasClient, take: credentials },
}

/** Redeeming a code again, right in everything else, ends its tokens. */
export async function redeem(play: Play, step: Step, code = pickHeld(play, step, 'code')): Promise<void> {
  const { grant } = code
  const brought = presentation(play, step, grant.client, '/token', {
    key: grant.codeKey ?? usualKey(grant.client, step),
  })
  // In place of a wrong secret, which other requests try.
  const isElsewhere = wayOf(step) === 'secret' && step.other % 2 === 0
  const redirect_uri = isElsewhere ? `${REDIRECT_URI}/other` : REDIRECT_URI
  await play.ask(step, {
    name: `redeem ${shown(brought)}`,
    send: (by) =>
      sendAsClient(play, by, '/token', brought, {
        grant_type: 'authorization_code',
        code: code.text,
        redirect_uri,
      }),
    begins: (at) => begins(play, code, brought, at),
    settle: (isDone, answer, at) => {
      const bindings = newBindings(brought, at)
      const isOtherKey = grant.codeKey !== undefined && brought.proof?.key !== grant.codeKey
      const wrong = any([share([isElsewhere || isOtherKey]), refusalOf(play, code, brought, bindings, at)])
      settleUse(play, code, { brought, wrong, isDone, isReplay: isRedeemed(code, at) }, at)
      if (isDone !== true) return
      if (grant.held.some(({ kind }) => kind === 'access')) play.fail('one code gave two families of tokens')
      grant.refreshExpiry.splice(0, 1, ...expiresIn(at, REFRESH_SECONDS))
      bind(play, grant, bindings, at)
      holdTokens(play, grant, code, answer, at)
    },
  })
}

const isRedeemed = ({ uses }: Held, seen: Span) => uses.some((use) => happened(use, seen) === 'yes')

export async function refresh(play: Play, step: Step, held = pickHeld(play, step, 'refresh')): Promise<void> {
  const { grant } = held
  const scope = step.other % 3 === 0 ? 'read' : undefined
  const brought = presentation(play, step, grant.client, '/token', boundTo(grant))
  await play.ask(step, {
    name: `refresh ${shown(brought)}`,
    send: (by) =>
      sendAsClient(play, by, '/token', brought, {
        grant_type: 'refresh_token',
        refresh_token: held.text,
        scope,
      }),
    begins: (at) => [...begins(play, held, brought, at), play.succession.replaces(grant, 'access', at)],
    settle: (isDone, answer, at) => {
      if (isDone !== undefined) play.succession.replaced(grant, at)
      const bindings = refreshedBindings(grant, brought, at)
      const wrong = refusalOf(play, held, brought, bindings, at)
      const isReplay = play.world.mode.refresh !== 'kept' && isReuse(held, at)
      settleUse(play, held, { brought, wrong, isDone, isReplay }, at)
      const followed = isDone === false ? 'no' : followedBy(grant, brought, at)
      if (followed !== 'no') grant.followed.push({ at, sure: isDone === true && followed === 'yes' })
      if (isDone !== true) return
      bind(play, grant, bindings, at)
      holdTokens(play, grant, held, answer, at, scope?.split(' '))
      const next = grant.held.filter(({ kind, from }) => kind === 'refresh' && from === held)
      if (next.length > 1) play.fail('one refresh token has two successors')
    },
  })
}

const shown = ({ sender, face, certificate, proof }: Presentation) =>
  `by ${sender.number} at ${face} with ${certificate ?? 'no certificate'}${proof ? ` and ${proof.key}` : ''}`

const begins = (play: Play, held: Held, { proof }: Presentation, at: Span) => [
  play.use(held.uses, at),
  ...(mayEnd(play, held) ? [play.mayEnd(held.grant, at)] : []),
  ...(proof === undefined ? [] : [play.use(proof.uses, at)]),
]

/** Whether the use of it may be a replay, which ends the grant. */
const mayEnd = ({ world }: Play, { kind }: Held) => kind === 'code' || world.mode.refresh !== 'kept'

/** Why a request is refused, but for what the code or the refresh token itself is. */
function refusalOf(
  play: Play,
  held: Held,
  brought: Presentation,
  bindings: readonly (Binding | undefined)[],
  at: Span,
): Certainty {
  const { grant, uses } = held
  // A replay may end the grant before the certificate is looked at.
  const isReplay = mayEnd(play, held) && uses.some(({ start }) => start !== at.start)
  return any([
    unless(!isReplay, isPresentedRevoked(brought, bindings, at)),
    share([brought.sender !== grant.client]),
    isNotAuthentic(brought, '/token', at),
    share(bindings.map((binding) => binding === undefined)),
  ])
}

interface Use {
  readonly brought: Presentation
  /** Whether it must be refused, even with a valid code or refresh token. */
  readonly wrong: Certainty
  readonly isDone: boolean | undefined
  /** Whether it was certainly used before, so that a right request ends the grant. */
  readonly isReplay: boolean
}

/** Judges the use of a code or a refresh token. */
function settleUse(play: Play, held: Held, { brought, wrong, isDone, isReplay }: Use, at: Span): void {
  const { grant, uses } = held
  play.judge(`the ${held.kind}`, isDone, any([play.dead(held, at), wrong]))
  // No other request has used it, so this was not a replay.
  const isFirst = uses.every(({ start }) => start === at.start)
  if (isDone === true || (isDone === undefined && isFirst)) play.ended(grant, at, undefined)
  if (isDone !== false || wrong === 'yes') return
  // A replay, or one that lost against another request, may have used up its proof and ended the grant.
  const isContested = uses.length > 0 || grant.ends.length > 0
  const { client, binding } = grant
  const ended = [isStopped(client, at), isOneRevoked(stateOf(client), possible(binding, at), at)]
  const isRight = any([wrong, ...ended, isTooOld(held, at)]) === 'no'
  if (isContested) brought.proof?.uses.push(unfinished(at))
  if (uses.length === 0 || !mayEnd(play, held)) return
  play.mayEnd(grant, at)
  play.ended(grant, at, isReplay && isRight)
}

function bind(play: Play, grant: Grant, bindings: readonly (Binding | undefined)[], at: Span): void {
  noteShown(grant.client.service, bindings, at)
  const { binding } = grant
  const known = binding.at(-1)?.value
  const made = bindings.filter((each) => each !== undefined)
  if (made.every((each) => each === known)) return
  binding.push(...[...new Set(made)].map((value) => ({ value, at })))
  judgeKind(play, grant)
}

/** A certificate that tokens were bound to. */
function noteShown({ shown }: Service, bindings: readonly (Binding | undefined)[], at: Span): void {
  const [certificate] = bindings
  if (certificate === undefined || certificate === UNBOUND || isKey(certificate)) return
  if (bindings.every((each) => each === certificate)) shown.push({ certificate, at })
}

function holdTokens(
  play: Play,
  grant: Grant,
  from: Held,
  answer: Received,
  at: Span,
  narrowed?: string[],
): void {
  const { access_token, refresh_token, id_token, scope, token_type } = contentIn(answer)
  const ofKey = share(possible(grant.binding, at).map(isKey))
  if (ofKey !== 'maybe' && (ofKey === 'yes') !== (token_type === 'DPoP'))
    play.fail(`the type is ${String(token_type)}`)
  const scopes = String(scope).split(' ')
  judgeScopes(play, grant, scopes, at)
  const expiry = expiresIn(at, ACCESS_SECONDS)
  const access = play.hold(grant, 'access', access_token, at, { from, expiry, narrowed })
  play.hold(grant, 'refresh', refresh_token, at, { from, expiry: grant.refreshExpiry })
  judgeIdToken(play, access, scopes, id_token)
}

export function judgeScopes(play: Play, grant: Grant, scopes: readonly string[], seen: Span): void {
  const allowed = possible(grant.scopes, seen)
  if (allowed.some((all) => scopes.every((scope) => all.includes(scope)))) return
  play.fail(`a token has the scopes ${scopes.join(' ')}, but may only have ${JSON.stringify(allowed)}`)
}

async function credentials(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const brought = presentation(play, step, client, '/token', { key: usualKey(client, step) })
  const { sender, proof } = brought
  await play.ask(step, {
    name: `credentials ${shown(brought)}`,
    send: (by) =>
      sendAsClient(play, by, '/token', brought, { grant_type: 'client_credentials', scope: 'read' }),
    begins: (at) => (proof === undefined ? [] : [play.use(proof.uses, at)]),
    settle: (isDone, answer, at) => {
      const bindings = newBindings(brought, at)
      const wrong = any([
        share([sender.method === 'NONE']),
        isNotAuthentic(brought, '/token', at),
        isRevokedForNew(sender, bindings, at, true),
        share(bindings.map((binding) => binding === undefined)),
      ])
      // A process that has a stopped client in its cache may make tokens, but they are dead.
      play.judge('the client', isDone, isDone === true ? wrong : any([wrong, isStopped(sender, at)]))
      if (isDone !== true) return
      const grant = newGrant(play, sender, at)
      bind(play, grant, bindings, at)
      const { access_token } = contentIn(answer)
      play.hold(grant, 'access', access_token, at, {
        expiry: expiresIn(at, ACCESS_SECONDS),
        narrowed: ['read'],
      })
    },
  })
}
