import type { StoredClient } from '../../../../shared/store/client.ts'
import { FAPI2, isAllowed, type Requirement, settingsOf } from '../../../../shared/store/profile.ts'
import type { InspectedDeployment } from '../check.ts'

export type Json = Readonly<Record<string, unknown>>

/** The signature algorithms of the profile. */
export const ALGORITHMS = FAPI2.requests.algorithms.allows.items.enum

/** A deployment, and the client of the requests. */
export interface ProfileSubject extends InspectedDeployment {
  readonly metadata: Json
  /** The registered client of the visitor. */
  readonly client: StoredClient | undefined
  /** PEM of the private key that signs the assertions of the client. */
  readonly assertionKey: string | undefined
  /** Is called for each request that the client must be authenticated for. */
  readonly onRequestAsClient: () => void
}

/** The request about a clause, and its result. Neither contains a token, a code, a request URI or an assertion. */
export interface Outcome {
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped'
  readonly asked: string
  readonly got: string
}

/** A clause of the FAPI 2.0 Security Profile for authorization servers, paraphrased. */
export interface Clause {
  /** The section and the number, for example `5.3.2.1-8`. */
  readonly id: string
  readonly demand: string
  /** A text names the party that is responsible instead of certbound. */
  readonly ask: string | ((subject: ProfileSubject) => Outcome | Promise<Outcome>)
}

/** @param ask the check; by default, whether the client's settings meet the requirements of the profile for the clause */
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

/** @param todo the option that the user must set */
export const skippedOutcome = (todo: string): Outcome => ({ status: 'skipped', asked: 'nothing', got: todo })

/** The texts of a list in the metadata. */
export function metadataNames(metadata: Json, member: string): readonly string[] {
  const value = metadata[member]
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
}
