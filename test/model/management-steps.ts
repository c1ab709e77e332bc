import { SUBJECT } from '../support/walk.ts'
import { newGrant } from './authorization-steps.ts'
import { any, type Certainty, happened, possible, possibleInRecord, share, unless } from './certainty.ts'
import { isStopped } from './model.ts'
import type { Play } from './play.ts'
import { isKey, isNotAuthentic, isRevokedForNew, judgeKind } from './possession.ts'
import { presentation, sendAsClient } from './presentation.ts'
import { type Binding, type Grant, type Held, type Span, UNBOUND } from './state.ts'
import {
  chosen,
  clientOf,
  hasClient,
  holds,
  type Operations,
  pickHeld,
  type Step,
  type Undo,
} from './steps.ts'
import { ACCESS_SECONDS, expiresIn, SCOPES } from './world.ts'

/** The steps of the management API with one token, and revocation by the client. */
export const MANAGEMENT_STEPS: Operations = {
  create: { weight: 8, fits: hasClient, take: create },
  update: { weight: 12, fits: holds('access'), take: update },
  renew: { weight: 3, fits: holds('access'), take: renew },
  delete: { weight: 2, fits: holds('access'), take: (play, step) => end(play, step, 'delete') },
  revoke: { weight: 2, fits: holds('access', 'refresh'), take: (play, step) => end(play, step, 'revoke') },
  revocation: { weight: 4, fits: holds('access', 'refresh'), take: revocation },
}

export const SCOPE_SETS = [['read'], ['read', 'write'], SCOPES]

/** The members that bind tokens to a certificate or a key. */
function membersOf({ world, keys }: Play, binding: Binding) {
  if (binding === UNBOUND) return {}
  if (binding === 'key1' || binding === 'key2') return { dpopKeyThumbprint: keys[binding].jkt }
  return { certificateThumbprint: world.certificates[binding]?.thumbprint }
}

async function create(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const isBound = client.isBound.at(-1)?.value === true
  const binding = isBound ? client.own : chosen([UNBOUND, 'key1'], step.other)
  const call = { grantType: 'AUTHORIZATION_CODE', clientId: client.number, subject: SUBJECT, scopes: SCOPES }
  await play.ask(step, {
    name: `create for ${client.number}, bound to ${binding}`,
    send: (by) =>
      play.call(by, client.service, '/auth/token/create', { ...call, ...membersOf(play, binding) }),
    settle: (isDone, { json }, at) => {
      const revoked = isRevokedForNew(client, [binding], at, false)
      play.judge('the binding of new tokens', isDone, isDone === true ? revoked : 'maybe')
      if (isDone !== true) return
      const grant = newGrant(play, client, at, { binding: [{ value: binding, at }] })
      const { jwtAccessToken, accessToken, refreshToken } = json
      play.hold(grant, 'access', jwtAccessToken ?? accessToken, at, { expiry: expiresIn(at, ACCESS_SECONDS) })
      play.hold(grant, 'refresh', refreshToken, at, { expiry: grant.refreshExpiry })
    },
  })
}

interface Change {
  readonly members: object
  /** Records the change in the model. */
  readonly note: (at: Span) => Undo
  /** Whether it must be refused. */
  readonly wrong?: (at: Span) => Certainty
}

function changeOf(play: Play, { grant, expiry }: Held, { other, pick }: Step): Change {
  const end = play.now + 1 + (other % 7)
  switch (other % 6) {
    case 0: {
      const binding = chosen([...Object.keys(play.world.certificates), 'key1', 'key2'], pick + other)
      const note = (at: Span) => play.write(grant.binding, binding, at)
      const wrong = (at: Span) =>
        any([
          isOtherKind(grant, binding, at),
          unless(false, isRevokedForNew(grant.client, [binding], at, false)),
        ])
      return { members: membersOf(play, binding), note, wrong }
    }
    case 1:
      return {
        members: { accessTokenExpiresAt: end * 1000 },
        note: (at) => writeExpiry(grant, expiry, end, at),
      }
    case 2:
      return {
        members: { refreshTokenExpiresAt: end * 1000 },
        note: (at) => play.write(grant.refreshExpiry, end, at),
      }
    default: {
      const scopes = SCOPE_SETS[other % 3] ?? SCOPES
      return { members: { scopes }, note: (at) => play.write(grant.scopes, scopes, at) }
    }
  }
}

/** An access token that replaces this one has the same end. If the end is refused, it goes from both. */
function writeExpiry({ held }: Grant, expiry: Held['expiry'], value: number, at: Span): Undo {
  expiry.push({ value, at })
  return () => {
    for (const { expiry: each } of held) {
      const written = each.findIndex((write) => write.at.start === at.start)
      if (written >= 0) each.splice(written, 1)
    }
  }
}

/** A grant keeps its kind of binding, and a client whose tokens must be bound to a certificate gets no key. */
function isOtherKind({ binding, client }: Grant, wanted: Binding, at: Span): Certainty {
  const others = binding.filter((written) => written.at.start !== at.start)
  const isOther = possible(others, at).map((each) => each !== UNBOUND && isKey(each) !== isKey(wanted))
  return any([share(isOther), isKey(wanted) ? share(possibleInRecord(client.isBound, at)) : 'no'])
}

/** Management wins over every refresh, but an access token that was replaced is unknown to it. */
async function update(play: Play, step: Step): Promise<void> {
  const held = pickHeld(play, step, 'access')
  const { members, note, wrong } = changeOf(play, held, step)
  await play.ask(step, {
    name: `update ${JSON.stringify(members)}`,
    send: (by) =>
      play.call(by, held.grant.client.service, '/auth/token/update', {
        accessToken: held.text,
        ...members,
      }),
    begins: (at) => [note(at)],
    settle: (isDone, _, at) => {
      const { client, binding } = held.grant
      // Tokens of a revoked certificate get no later end.
      const revoked = unless(false, isRevokedForNew(client, possible(binding, at), at, false))
      judgeChange(play, held, isDone, at, any([wrong?.(at) ?? 'no', revoked]))
      if (isDone === true) judgeKind(play, held.grant)
    },
  })
}

/** Another access token in place of this one, with the same end. */
async function renew(play: Play, step: Step): Promise<void> {
  const held = pickHeld(play, step, 'access')
  const { grant, text, expiry, narrowed } = held
  const call = { accessToken: text, accessTokenValueUpdated: true }
  await play.ask(step, {
    name: 'renew',
    send: (by) => play.call(by, grant.client.service, '/auth/token/update', call),
    begins: (at) => [play.succession.replaces(grant, 'access', at)],
    settle: (isDone, { json }, at) => {
      judgeChange(
        play,
        held,
        isDone,
        at,
        isRevokedForNew(grant.client, possible(grant.binding, at), at, false),
      )
      if (isDone !== undefined) play.succession.replaced(grant, at)
      if (isDone !== true) return
      const { jwtAccessToken, accessToken } = json
      const more = { from: held, expiry: [...expiry], narrowed }
      play.hold(grant, 'access', jwtAccessToken ?? accessToken, at, more)
    },
  })
}

/** A locked client does not matter here, so a dead grant or token may accept a change, and an active one never refuses it. */
function judgeChange(
  play: Play,
  held: Held,
  isDone: boolean | undefined,
  at: Span,
  wrong: Certainty = 'no',
): void {
  play.judge('the change of a token', isDone, isDone === true ? wrong : any([wrong, play.dead(held, at)]))
}

const CALLS = {
  delete: (play: Play, by: 0 | 1, { text, grant }: Held) =>
    play.call(by, grant.client.service, '/auth/token/delete/{accessTokenIdentifier}', undefined, {
      method: 'DELETE',
      pathParameters: { accessTokenIdentifier: text },
    }),
  revoke: (play: Play, by: 0 | 1, { kind, text, grant }: Held) =>
    play.call(by, grant.client.service, '/auth/token/revoke', { [`${kind}TokenIdentifier`]: text }),
}

async function end(play: Play, step: Step, how: keyof typeof CALLS): Promise<void> {
  const held = chosen(how === 'delete' ? play.held('access') : play.held('access', 'refresh'), step.pick)
  await play.ask(step, {
    name: `${how} ${held.kind}`,
    send: (by) => CALLS[how](play, by, held),
    begins: (at) => [play.mayEnd(held.grant, at)],
    settle: (isDone, _, at) => {
      if (isDone === true) play.ended(held.grant, at, isCurrent(held, at))
    },
  })
}

/** An access token that was replaced ends nothing. A refresh token always ends its grant. */
const isCurrent = ({ kind, uses }: Held, at: Span): boolean =>
  kind === 'refresh' || any(uses.map((use) => happened(use, at))) === 'no'

/** RFC 7009. A client that is not the token's ends nothing. */
async function revocation(play: Play, step: Step): Promise<void> {
  const held = pickHeld(play, step, 'access', 'refresh')
  const { grant, text } = held
  const brought = presentation(play, step, grant.client)
  const { sender } = brought
  await play.ask(step, {
    name: `revocation of the ${held.kind} token by ${sender.number}`,
    send: (by) => sendAsClient(play, by, '/revocation', brought, { token: text }),
    begins: (at) => [play.mayEnd(grant, at)],
    settle: (isDone, _, at) => {
      const wrong = any([
        isNotAuthentic(brought, undefined, at),
        isDone === false ? isStopped(sender, at) : 'no',
      ])
      play.judge('the revocation', isDone, isDone === false && sender !== grant.client ? 'maybe' : wrong)
      if (isDone !== true) return
      play.ended(grant, at, sender === grant.client ? isCurrent(held, at) : undefined)
    },
  })
}
