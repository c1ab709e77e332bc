import { form, SUBJECT } from '../support/walk.ts'
import { SCOPE_SETS } from './management-steps.ts'
import { isStopped } from './model.ts'
import type { Play } from './play.ts'
import { type Client, type Grant, type Span, unfinished } from './state.ts'
import { chosen, clientOf, hasClient, type Operations, type Step } from './steps.ts'

/** The steps of the management API with all tokens of a client, or those of its end-user. */
export const CLIENT_TOKEN_STEPS: Operations = {
  narrow: { weight: 8, fits: hasClient, take: narrow },
  withdraw: { weight: 2, fits: hasClient, take: withdraw },
  cutOff: { weight: 8, fits: hasClient, take: cutOff },
}

/** The grants of a client's end-user that have tokens. An index finds them. */
function grantsOf(play: Play, client: Client): Grant[] {
  return play.grants.filter(
    (grant) => grant.client === client && grant.held.some(({ kind }) => kind === 'refresh'),
  )
}

/** Whether a request that concerns all tokens certainly sees those of a grant: it passes over dead ones. */
const lives = (play: Play, { held }: Grant, at: Span) =>
  held.some((each) => each.kind === 'refresh' && play.dead(each, at) === 'no')

/** Replaces the scopes of the end-user's tokens. A token that is issued in this moment may be missed. */
async function narrow(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const scopes = chosen(SCOPE_SETS, step.other)
  const grants = grantsOf(play, client)
  const more = { pathParameters: { clientId: String(client.number) } }
  await play.ask(step, {
    name: `narrow to ${scopes.join(' ')}`,
    send: (by) =>
      play.call(
        by,
        client.service,
        '/client/authorization/update/{clientId}',
        { subject: SUBJECT, scopes },
        more,
      ),
    begins: (at) => {
      play.sweep(client, { at, scopes })
      return grants.map((grant) => play.write(grant.scopes, scopes, at))
    },
    settle: (isDone, _, at) => {
      for (const grant of isDone === true ? grants : []) {
        const written = grant.scopes.findIndex((write) => write.at.start === at.start)
        if (!lives(play, grant, at)) grant.scopes.splice(written, 1, { value: scopes, at: unfinished(at) })
      }
    },
  })
}

/** Ends the end-user's tokens, in one of two ways. A token that is issued in this moment may be missed. */
async function withdraw(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const grants = grantsOf(play, client)
  const [clientId, subject] = [String(client.number), SUBJECT]
  const more = { method: 'DELETE', pathParameters: { clientId }, query: form({ subject }) }
  await play.ask(step, {
    name: 'withdraw',
    send: (by) =>
      step.other % 2 === 0
        ? play.call(by, client.service, '/auth/token/revoke', { clientIdentifier: clientId, subject })
        : play.call(by, client.service, '/client/authorization/delete/{clientId}', undefined, more),
    begins: (at) => {
      play.sweep(client, { at })
      return grants.map((grant) => play.mayEnd(grant, at))
    },
    settle: (isDone, _, at) => {
      for (const grant of isDone === true ? grants : []) play.ended(grant, at, lives(play, grant, at))
    },
  })
}

async function cutOff(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const call = { clientIdentifier: String(client.number) }
  await play.ask(step, {
    name: `cut off ${client.number}`,
    send: (by) => play.call(by, client.service, '/auth/token/revoke', call),
    begins: (at) => [play.use(client.cutOffs, at)],
    settle: (isDone, _, at) =>
      play.judge('the cut-off', isDone, isDone === true ? 'no' : isStopped(client, at)),
  })
}
