import type { StoredClient } from '../../../../shared/store/client.ts'
import { FAPI2, isAllowed, type Requirement, settingsOf } from '../../../../shared/store/profile.ts'
import { jsonOf, type Reply, statusOf } from '../ask.ts'
import type { Inspected } from '../check.ts'

export type Json = Readonly<Record<string, unknown>>

/** Those of the profile. */
export const ALGORITHMS = FAPI2.requests.algorithms.allows.items.enum

/** A deployment, and the client that asks it. */
export interface Profiled extends Inspected {
  readonly metadata: Json
  /** The registered client of the visitor. */
  readonly client: StoredClient | undefined
  /** PEM of the private key that signs the assertions of the client. */
  readonly assertionKey: string | undefined
  /** Is called for each request that the client must be authenticated for. */
  readonly onRequestAsClient: () => void
}

/** What was asked about a clause, and what came back. Neither has a token, a code, a request URI or an assertion. */
export interface Outcome {
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped'
  readonly asked: string
  readonly got: string
}

/** A clause of the FAPI 2.0 Security Profile that concerns an authorization server, in our own words. */
export interface Clause {
  /** Section and number, for example `5.3.2.1-8`. */
  readonly id: string
  readonly demand: string
  /** A text says whose duty it is instead of certbound's, or why it does not apply. */
  readonly ask: string | ((subject: Profiled) => Outcome | Promise<Outcome>)
}

/** @param ask absent: whether the settings that the profile requires for the clause hold for the client */
export function clause(id: string, demand: string, ask: Clause['ask'] = askSettings(id)): Clause {
  return { id, demand, ask }
}

function askSettings(id: string): Clause['ask'] {
  const required = Object.entries<Requirement>(FAPI2.service).filter((row) => row[1].clause === id)
  return ({ service, client }) => {
    const settings = new Map<string, unknown>(Object.entries(service ? settingsOf(service, client) : {}))
    const holds = required.every(([name, { allows }]) => isAllowed(settings.get(name), allows))
    const got = required.map(([name]) => `${name} is ${String(settings.get(name))}`)
    return outcome(holds && service !== undefined, 'the registry', got.join(', '))
  }
}

/** Whether a member of the metadata is `true`. */
export function askMetadata(member: string): Clause['ask'] {
  return ({ metadata }) =>
    outcome(metadata[member] === true, 'the metadata', `${member} ${String(metadata[member])}`)
}

export const outcome = (holds: boolean, asked: string, got: string): Outcome => ({
  ...{ status: holds ? 'ok' : 'fail', asked, got },
})

/** @param todo what the user has to name */
export const notAsked = (todo: string): Outcome => ({ status: 'skipped', asked: 'nothing', got: todo })

const ERROR_CODE = /^[a-z_]{1,40}$/

/** The status and the error code of an answer: the rest of it may hold a token. */
export function summaryOf(reply: Reply): string {
  const error = jsonOf(reply)?.['error']
  const isCode = typeof error === 'string' && ERROR_CODE.test(error)
  return isCode ? `${statusOf(reply)} ${error}` : statusOf(reply)
}

/** The texts of a list in the metadata. */
export function namesIn(metadata: Json, member: string): readonly string[] {
  const value = metadata[member]
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
}
