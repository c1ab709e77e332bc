import { SUBJECT } from '../support/walk.ts'
import { any, type Certainty, happened, isStopped } from './model.ts'
import { forget, type Play, THUMBPRINTS } from './play.ts'
import type { Client, Grant, Held, Span, Written } from './state.ts'
import { chosen, clientOf, hasClient, holds, type Operation, type Step } from './steps.ts'
import { dead } from './token-steps.ts'
import { CACHE_SECONDS, SCOPES } from './world.ts'

/** The steps of the management API with tokens, and revocation by the client. */
export const MANAGEMENT_STEPS: Readonly<Record<string, Operation>> = {
  create: { weight: 4, fits: hasClient, take: create },
  update: { weight: 5, fits: holds('access'), take: update },
  renew: { weight: 1, fits: holds('access'), take: renew },
  delete: { weight: 1, fits: holds('access'), take: (play, step) => end(play, step, 'delete') },
  revoke: { weight: 1, fits: holds('access', 'refresh'), take: (play, step) => end(play, step, 'revoke') },
  revocation: {
    weight: 1,
    fits: holds('access', 'refresh'),
    take: (play, step) => end(play, step, 'revocation'),
  },
  narrow: { weight: 4, fits: hasClient, take: narrow },
  withdraw: { weight: 1, fits: hasClient, take: withdraw },
  cutOff: { weight: 3, fits: hasClient, take: cutOff },
}

const SCOPE_SETS = [['read'], ['read', 'write'], SCOPES]

async function create(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const bound = client.isBound ? { certificateThumbprint: THUMBPRINTS.own } : {}
  const call = {
    grantType: 'AUTHORIZATION_CODE',
    clientId: client.number,
    subject: SUBJECT,
    scopes: SCOPES,
    ...bound,
  }
  await play.begin(
    { name: 'create', ...step },
    () => play.call(step.by, client.service, '/auth/token/create', call),
    (answer, span) => {
      if (play.succeeded(answer, span) !== true) return
      const grant = play.grant(client, span)
      const { jwtAccessToken, accessToken, refreshToken } = answer.json
      play.hold(grant, 'access', jwtAccessToken ?? accessToken, span)
      play.hold(grant, 'refresh', refreshToken, span)
    },
  )
}

interface Change {
  readonly members: object
  /** What the model remembers of it. */
  readonly note: (at: Span) => { readonly list: Written<unknown>[]; readonly written: Written<unknown> }
}

function changeOf({ grant, expiry }: Held, { other }: Step, now: number): Change {
  const write = (members: object, list: unknown, value: unknown): Change => ({
    members,
    note: (at) => ({ list: list as Written<unknown>[], written: { value, at } }),
  })
  const end = now + 1 + (other % 7)
  switch (other % 6) {
    case 0:
      return write({ certificateThumbprint: THUMBPRINTS.other }, grant.certificate, 'other')
    case 1:
      return write({ accessTokenExpiresAt: end * 1000 }, expiry, end)
    case 2:
      return write({ refreshTokenExpiresAt: end * 1000 }, grant.refreshExpiry, end)
    default: {
      const scopes = SCOPE_SETS[other % 3]
      return write({ scopes }, grant.scopes, scopes)
    }
  }
}

/** Management wins over every refresh, but an access token that was replaced is unknown to it. */
async function update(play: Play, step: Step): Promise<void> {
  const held = chosen(play.held('access'), step.pick)
  const { members, note } = changeOf(held, step, play.now)
  let noted: ReturnType<typeof note>
  await play.begin(
    { name: `update ${JSON.stringify(members)}`, ...step },
    () =>
      play.call(step.by, held.grant.client.service, '/auth/token/update', {
        accessToken: held.text,
        ...members,
      }),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      if (isDone === false) noted.list.splice(noted.list.indexOf(noted.written), 1)
      judgeChange(play, held, isDone, span)
    },
    (span) => {
      noted = note(span)
      noted.list.push(noted.written)
    },
  )
}

/** Another access token in place of this one, with the same end. */
async function renew(play: Play, step: Step): Promise<void> {
  const held = chosen(play.held('access'), step.pick)
  const { grant, text } = held
  const call = { accessToken: text, accessTokenValueUpdated: true }
  await play.begin(
    { name: 'renew', ...step },
    () => play.call(step.by, grant.client.service, '/auth/token/update', call),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      judgeChange(play, held, isDone, span)
      play.replaced(grant, span, isDone)
      if (isDone !== true) return
      const { jwtAccessToken, accessToken } = answer.json
      const renewed = play.hold(grant, 'access', jwtAccessToken ?? accessToken, span, held)
      renewed.expiry.splice(0, 1, ...held.expiry)
    },
    (span) => play.replaces(grant, span),
  )
}

/** A locked client does not matter here, so a change may be made to what is dead, but nothing that lives refuses it. */
function judgeChange(play: Play, held: Held, isDone: boolean | undefined, span: Span): void {
  if (isDone !== true) play.judge('the token to change', isDone, dead(play, held, span))
}

const CALLS = {
  delete: (play: Play, { by }: Step, { text, grant }: Held) =>
    play.call(by, grant.client.service, '/auth/token/delete/{accessTokenIdentifier}', undefined, {
      method: 'DELETE',
      pathParameters: { accessTokenIdentifier: text },
    }),
  revoke: (play: Play, { by }: Step, { kind, text, grant }: Held) =>
    play.call(by, grant.client.service, '/auth/token/revoke', { [`${kind}TokenIdentifier`]: text }),
  revocation: (play: Play, { by }: Step, { text, grant }: Held) => {
    const { service, number, secret } = grant.client
    const credentials = { clientId: String(number), clientSecret: secret }
    return play.call(by, service, '/auth/revocation', { parameters: `token=${text}`, ...credentials })
  },
}

/** An access token that was replaced ends nothing. A refresh token always ends its grant. */
async function end(play: Play, step: Step, how: keyof typeof CALLS): Promise<void> {
  const held = chosen(how === 'delete' ? play.held('access') : play.held('access', 'refresh'), step.pick)
  await play.begin(
    { name: `${how} ${held.kind}`, ...step },
    () => CALLS[how](play, step, held),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      const isCurrent = any(held.uses.map((use): Certainty => happened(use, span))) === 'no'
      if (isDone === false) play.ended(held.grant, span, undefined)
      if (isDone === true) play.ended(held.grant, span, held.kind === 'refresh' || isCurrent)
    },
    (span) => play.mayEnd(held.grant, span),
  )
}

/** The grants of a client's end-user that have tokens. An index finds them. */
function grantsOf(play: Play, client: Client): Grant[] {
  return play.grants.filter(
    (grant) => grant.client === client && grant.held.some(({ kind }) => kind === 'refresh'),
  )
}

/** Replaces the scopes of the end-user's tokens. A token that is issued in this moment may be missed. */
async function narrow(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const scopes = chosen(SCOPE_SETS, step.other)
  const grants = grantsOf(play, client)
  const call = { subject: SUBJECT, scopes }
  const more = { pathParameters: { clientId: String(client.number) } }
  await play.begin(
    { name: `narrow to ${scopes.join(' ')}`, ...step },
    () => play.call(step.by, client.service, '/client/authorization/update/{clientId}', call, more),
    (answer, span) => {
      if (play.succeeded(answer, span) !== false) return
      for (const grant of grants) {
        const written = grant.scopes.findIndex(({ at }) => at.start === span.start)
        grant.scopes.splice(written, 1)
      }
    },
    (span) => {
      play.sweep(client, { at: span, scopes })
      for (const grant of grants) grant.scopes.push({ value: scopes, at: span })
    },
  )
}

/** Ends the end-user's tokens, in one of two ways. A token that is issued in this moment may be missed. */
async function withdraw(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const grants = grantsOf(play, client)
  const [clientId, subject] = [String(client.number), SUBJECT]
  const more = { method: 'DELETE', pathParameters: { clientId }, query: `subject=${subject}` }
  await play.begin(
    { name: 'withdraw', ...step },
    () =>
      step.other % 2 === 0
        ? play.call(step.by, client.service, '/auth/token/revoke', { clientIdentifier: clientId, subject })
        : play.call(step.by, client.service, '/client/authorization/delete/{clientId}', undefined, more),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      if (isDone === undefined) return
      for (const grant of grants) play.ended(grant, span, isDone || undefined)
    },
    (span) => {
      play.sweep(client, { at: span })
      for (const grant of grants) play.mayEnd(grant, span)
    },
  )
}

async function cutOff(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const call = { clientIdentifier: String(client.number) }
  await play.begin(
    { name: 'cut off', ...step },
    () => play.call(step.by, client.service, '/auth/token/revoke', call),
    (answer, span) => {
      const isDone = play.succeeded(answer, span)
      play.judge('the cut-off', isDone, isDone === true ? 'no' : isStopped(client, span, CACHE_SECONDS))
      if (isDone === false) forget(client.cutOffs, span)
    },
    (span) => client.cutOffs.push(span),
  )
}
