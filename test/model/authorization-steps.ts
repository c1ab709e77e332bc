import { form, REDIRECT_URI, SUBJECT } from '../support/walk.ts'
import { any, possibleInRecord, share } from './certainty.ts'
import { isStopped, mayBeLocked } from './model.ts'
import type { Play } from './play.ts'
import { isNotAuthentic } from './possession.ts'
import { presentation, sendAsClient, wayOf } from './presentation.ts'
import type { Client, Grant, Span } from './state.ts'
import { chosen, clientOf, hasClient, holds, type Operations, pickHeld, type Step } from './steps.ts'
import { CODE_SECONDS, expiresIn, PUSHED_SECONDS, REFRESH_SECONDS, SCOPES } from './world.ts'

const TICKET_SECONDS = 86_400

/** The steps of the authorization server, and the pushed requests of clients. */
export const AUTHORIZATION_STEPS: Operations = {
  authorize: { weight: 14, fits: hasClient, take: authorize },
  push: { weight: 10, fits: hasClient, take: push },
  start: { weight: 14, fits: holds('pushed'), take: start },
  issue: { weight: 24, fits: holds('ticket'), take: issue },
  fail: { weight: 1, fits: holds('ticket'), take: fail },
}

/** A grant of a client from this request on. */
export function newGrant(
  play: Play,
  client: Client,
  at: Span,
  more: Partial<Pick<Grant, 'binding' | 'codeKey' | 'nonce'>> = {},
): Grant {
  const grant: Grant = {
    ...{ client, ends: [], held: [], codeKey: undefined, nonce: undefined },
    scopes: [{ value: SCOPES, at }],
    binding: [],
    followed: [],
    refreshExpiry: expiresIn(at, REFRESH_SECONDS),
    ...more,
  }
  play.grants.push(grant)
  return grant
}

/** The authorization request of a client. Some name the key that may redeem the code, and some a nonce. */
function authorizationRequest(play: Play, { other }: Step) {
  const codeKey = other % 4 === 3 ? 'key1' : undefined
  const nonce = other % 2 === 0 ? `nonce ${other}` : undefined
  const scope = SCOPES.join(' ')
  const asked = { response_type: 'code', redirect_uri: REDIRECT_URI, scope, nonce }
  return { codeKey, nonce, parameters: { ...asked, dpop_jkt: codeKey && play.keys[codeKey].jkt } }
}

async function authorize(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const { parameters, ...more } = authorizationRequest(play, step)
  const asked = form({ client_id: client.number, ...parameters })
  await play.ask(step, {
    name: 'authorize',
    send: (by) => play.call(by, client.service, '/auth/authorization', { parameters: asked }),
    settle: (isDone, { json }, at) => {
      // A process that has a stopped client in its cache may make a ticket, but it is dead.
      if (isDone === false) play.judge('the authorization request', isDone, mayBeStopped(client, at))
      if (isDone !== true) return
      const grant = newGrant(play, client, at, more)
      play.hold(grant, 'ticket', json['ticket'], at, { expiry: expiresIn(at, TICKET_SECONDS) })
    },
  })
}

const mayBeStopped = (client: Client, at: Span) => any([isStopped(client, at), mayBeLocked(client, at)])

/** RFC 9126. A proof names the key that may redeem the code, as `dpop_jkt` does. */
async function push(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const { parameters, codeKey, nonce } = authorizationRequest(play, step)
  const right = codeKey === undefined ? {} : { key: step.pick % 2 === 0 ? codeKey : undefined }
  const brought = presentation(play, step, client, '/par', right)
  const { sender, proof } = brought
  await play.ask(step, {
    name: `push by ${sender.number}`,
    send: (by) => sendAsClient(play, by, '/par', brought, parameters),
    begins: (at) => (proof === undefined ? [] : [play.use(proof.uses, at)]),
    settle: (isDone, { json }, at) => {
      const isOtherKey = proof !== undefined && (codeKey ?? proof.key) !== proof.key
      const isBound = proof === undefined ? [false] : possibleInRecord(sender.isBound, at)
      const wrong = any([isNotAuthentic(brought, '/par', at), share(isBound), share([isOtherKey])])
      play.judge(
        'the pushed request',
        isDone,
        isDone === true ? wrong : any([wrong, mayBeStopped(sender, at)]),
      )
      if (isDone !== true) return
      const grant = newGrant(play, sender, at, { codeKey: proof?.key ?? codeKey, nonce })
      const { requestUri, request_uri = requestUri } = json
      play.hold(grant, 'pushed', request_uri, at, { expiry: expiresIn(at, PUSHED_SECONDS) })
    },
  })
}

/** The authorization request with a request URI: by its client, or by another one. */
async function start(play: Play, step: Step): Promise<void> {
  const pushed = pickHeld(play, step, 'pushed')
  const { grant, text } = pushed
  const { service } = grant.client
  // Without credentials the client is all that can be wrong.
  const isOther = wayOf(step) !== 'right' && step.other % 2 === 0
  const others = play.clients.filter((other) => other !== grant.client && other.service === service)
  const client = isOther && others.length > 0 ? chosen(others, step.other) : grant.client
  const parameters = form({ client_id: client.number, request_uri: text })
  await play.ask(step, {
    name: `start by ${client.number}`,
    send: (by) => play.call(by, service, '/auth/authorization', { parameters }),
    begins: (at) => [play.succession.replaces(grant, 'ticket', at)],
    settle: (isDone, { json }, at) => {
      if (isDone !== undefined) play.succession.replaced(grant, at)
      const wrong = any([play.dead(pushed, at), share([client !== grant.client])])
      play.judge('the request URI', isDone, isDone === true ? wrong : any([wrong, mayBeStopped(client, at)]))
      if (isDone !== true) return
      play.hold(grant, 'ticket', json['ticket'], at, { from: pushed, expiry: expiresIn(at, TICKET_SECONDS) })
    },
  })
}

/** Ends ticket and request URI. */
async function issue(play: Play, step: Step): Promise<void> {
  const ticket = pickHeld(play, step, 'ticket')
  const { grant, text } = ticket
  await play.ask(step, {
    name: 'issue',
    send: (by) =>
      play.call(by, grant.client.service, '/auth/authorization/issue', {
        ticket: text,
        subject: SUBJECT,
      }),
    begins: (at) => [ticket, ...requestOf(grant)].map(({ uses }) => play.use(uses, at)),
    settle: (isDone, { json }, at) => {
      play.judge('the ticket', isDone, play.dead(ticket, at))
      if (isDone !== true) return
      if (grant.held.some(({ kind }) => kind === 'code')) play.fail('one grant gave two codes')
      const code = json['authorizationCode']
      play.hold(grant, 'code', code, at, { from: ticket, expiry: expiresIn(at, CODE_SECONDS) })
    },
  })
}

const requestOf = ({ held }: Grant) => held.filter(({ kind }) => kind === 'pushed')

/** The end-user refuses. If two requests refuse one ticket at once, both may succeed. */
async function fail(play: Play, step: Step): Promise<void> {
  const ticket = pickHeld(play, step, 'ticket')
  const { grant, text } = ticket
  await play.ask(step, {
    name: 'fail',
    send: (by) =>
      play.call(by, grant.client.service, '/auth/authorization/fail', {
        ticket: text,
        reason: 'DENIED',
      }),
    begins: (at) => [play.mayEnd(grant, at)],
    settle: (isDone, _, at) => {
      if (isDone === true) play.ended(grant, at, true)
      play.judge('the refused ticket', isDone, play.dead(ticket, at))
    },
  })
}
