import { contentOf } from '../support/answers.ts'
import type { Received } from '../support/gateway.ts'
import { form, OWN, REDIRECT_URI, SUBJECT } from '../support/walk.ts'
import { any, type Certainty, isDead, isForOther, isStopped, possible } from './model.ts'
import { forget, type Play } from './play.ts'
import type { Client, Grant, Held, Span } from './state.ts'
import { chosen, clientOf, hasClient, holds, type Operation, type Step } from './steps.ts'
import { CACHE_SECONDS, CODE_SECONDS, REFRESH_SECONDS, SCOPES } from './world.ts'

const TICKET_SECONDS = 86_400

/** The steps of a client and of its authorization server, and introspection. */
export const TOKEN_STEPS: Readonly<Record<string, Operation>> = {
  authorize: { weight: 2, fits: hasClient, take: authorize },
  issue: { weight: 3, fits: holds('ticket'), take: issue },
  redeem: { weight: 6, fits: holds('code'), take: redeem },
  refresh: { weight: 8, fits: holds('refresh'), take: refresh },
  credentials: { weight: 2, fits: hasClient, take: credentials },
  introspect: { weight: 4, fits: holds('access'), take: introspect },
  standard: { weight: 2, fits: holds('access', 'refresh'), take: standard },
}

/** Whether a thing is dead for a request, which itself does not count. */
export function dead(play: Play, held: Held, seen: Span): Certainty {
  const isOther = ({ start }: Span) => start !== seen.start
  const grant = { ...held.grant, ends: held.grant.ends.filter(({ at }) => isOther(at)) }
  return isDead(
    { ...held, grant, uses: held.uses.filter(isOther) },
    seen,
    play.world.mode.refresh,
    CACHE_SECONDS,
  )
}

/** The record of a client has its lock as well, and another process may have it in its cache after the end of the lock. */
function mayBeLocked({ locks }: Client, seen: Span): boolean {
  const isRecent = locks.some(({ at }) => seen.startedAt < at.endedAt + CACHE_SECONDS)
  return isRecent && locks.some(({ value }) => value)
}

async function authorize(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const asked = { response_type: 'code', client_id: client.number, redirect_uri: REDIRECT_URI }
  const parameters = form({ ...asked, scope: SCOPES.join(' ') })
  await play.begin(
    { name: 'authorize', ...step },
    () => play.call(step.by, client.service, '/auth/authorization', { parameters }),
    (answer, span) => {
      if (play.succeeded(answer, span) !== true) return
      play.hold(play.grant(client, span), 'ticket', answer.json['ticket'], span, undefined, TICKET_SECONDS)
    },
  )
}

async function issue(play: Play, step: Step): Promise<void> {
  const ticket = chosen(play.held('ticket'), step.pick)
  const { grant, text } = ticket
  const { service } = grant.client
  await play.begin(
    { name: 'issue', ...step },
    () => play.call(step.by, service, '/auth/authorization/issue', { ticket: text, subject: SUBJECT }),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      play.judge('the ticket', isDone, dead(play, ticket, span))
      if (isDone === false) forget(ticket.uses, span)
      if (isDone !== true) return
      if (grant.held.some(({ kind }) => kind === 'code')) play.fail('one ticket gave two codes')
      play.hold(grant, 'code', answer.json['authorizationCode'], span, ticket, CODE_SECONDS)
    },
    (span) => ticket.uses.push(span),
  )
}

/** A request of a client to the token endpoint. */
function token(play: Play, by: 0 | 1, { service, number, secret }: Client, parameters: object) {
  const call = { parameters: form({ ...parameters }), clientId: String(number), clientSecret: secret }
  return play.call(by, service, '/auth/token', { ...call, clientCertificate: OWN })
}

/** Whoever redeems a code again, and is right in everything else, ends its tokens. */
export async function redeem(
  play: Play,
  step: Step,
  code = chosen(play.held('code'), step.pick),
): Promise<void> {
  const { grant } = code
  const parameters = { grant_type: 'authorization_code', code: code.text, redirect_uri: REDIRECT_URI }
  await play.begin(
    { name: 'redeem', ...step },
    () => token(play, step.by, grant.client, parameters),
    (answer, span) => {
      const isDone = judgeGrant(play, code, answer, span, 'no')
      if (isDone !== true) return
      if (grant.held.some(({ kind }) => kind === 'access')) play.fail('one code gave two families of tokens')
      const { access_token, refresh_token } = contentOf(answer)
      play.hold(grant, 'access', access_token, span, code)
      grant.refreshExpiry.splice(0, 1, { value: span.startedAt + REFRESH_SECONDS, at: span })
      play.hold(grant, 'refresh', refresh_token, span, code)
    },
    (span) => {
      code.uses.push(span)
      play.mayEnd(grant, span)
    },
  )
}

export async function refresh(
  play: Play,
  step: Step,
  held = chosen(play.held('refresh'), step.pick),
): Promise<void> {
  const { grant } = held
  const narrowed = step.other % 3 === 0 ? { scope: 'read' } : {}
  const parameters = { grant_type: 'refresh_token', refresh_token: held.text, ...narrowed }
  await play.begin(
    { name: 'refresh', ...step },
    () => token(play, step.by, grant.client, parameters),
    (answer, span) => {
      const isDone = judgeGrant(play, held, answer, span, isForOther(grant, span))
      play.replaced(grant, span, isDone)
      if (isDone !== true) return
      const { access_token, refresh_token, scope } = contentOf(answer)
      judgeScopes(play, grant, String(scope).split(' '), span)
      play.hold(grant, 'access', access_token, span, held)
      play.hold(grant, 'refresh', refresh_token, span, held)
    },
    (span) => {
      held.uses.push(span)
      play.mayEnd(grant, span)
      play.replaces(grant, span)
    },
  )
}

/** Judges the use of a code or a refresh token. A use that is refused ends the grant if there was another one. */
function judgeGrant(play: Play, held: Held, answer: Received, span: Span, wrong: Certainty) {
  const { grant, uses } = held
  const isDone = play.succeeded(answer, span)
  const isLate = mayBeLocked(grant.client, span) ? 'maybe' : 'no'
  play.judge(`the ${held.kind}`, isDone, any([dead(play, held, span), wrong, isLate]))
  const isReplay = uses.length > 1 && !(held.kind === 'refresh' && play.world.mode.refresh === 'kept')
  if (isDone === true || (isDone === false && !isReplay)) play.ended(grant, span, undefined)
  if (isDone === false) forget(uses, span)
  return isDone
}

function judgeScopes(play: Play, grant: Grant, scopes: readonly string[], seen: Span): void {
  const allowed = possible(grant.scopes, seen)
  if (allowed.some((all) => scopes.every((scope) => all.includes(scope)))) return
  play.fail(`a token has the scopes ${scopes.join(' ')}, but may only have ${JSON.stringify(allowed)}`)
}

async function credentials(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  await play.begin(
    { name: 'credentials', ...step },
    () => token(play, step.by, client, { grant_type: 'client_credentials', scope: 'read' }),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      const isLate = mayBeLocked(client, span) ? 'maybe' : 'no'
      const stopped = any([isStopped(client, span, CACHE_SECONDS), isLate])
      // A process that has a stopped client in its cache may make tokens, but they are dead.
      play.judge('the secret', isDone, isDone === true ? 'no' : stopped)
      if (isDone === true)
        play.hold(play.grant(client, span), 'access', contentOf(answer)['access_token'], span)
    },
  )
}

export async function introspect(
  play: Play,
  step: Step,
  held = chosen(play.held('access'), step.pick),
): Promise<void> {
  const { grant, text } = held
  await play.begin(
    { name: 'introspect', ...step },
    () =>
      play.call(step.by, grant.client.service, '/auth/introspection', {
        token: text,
        clientCertificate: OWN,
      }),
    (answer, span) => {
      const isActive = play.succeeded(answer, span)
      play.judge('the access token', isActive, any([dead(play, held, span), isForOther(grant, span)]))
      if (isActive === true) judgeScopes(play, grant, (answer.json['scopes'] ?? []) as string[], span)
    },
  )
}

export async function standard(
  play: Play,
  step: Step,
  held = chosen(play.held('access', 'refresh'), step.pick),
): Promise<void> {
  const parameters = form({ token: held.text })
  await play.begin(
    { name: 'standard', ...step },
    () => play.call(step.by, held.grant.client.service, '/auth/introspection/standard', { parameters }),
    (answer, span) => {
      const isKnown = play.succeeded(answer, span)
      const isActive = isKnown === true ? contentOf(answer)['active'] === true : isKnown
      play.judge(`the ${held.kind} token`, isActive, dead(play, held, span))
    },
  )
}
