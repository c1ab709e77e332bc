import { randomBytes } from 'node:crypto'
import OPEN_API from '../../docs/openapi.json' with { type: 'json' }
import { readRecord } from '../../functions/management/clients/record.ts'
import { readClient } from '../../functions/management/clients/request.ts'
import { draftService } from '../../functions/management/services/decide.ts'
import { readNew } from '../../functions/management/services/request.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Service, StoredService } from '../../shared/store/service.ts'
import { type Members, requestOf } from './request.ts'

/** A member of a new service or client that the management API would refuse or ignore. */
export interface Problem {
  /** The path of the member; empty if the problem concerns all members. */
  readonly path: readonly (string | number)[]
  readonly what: string
  readonly remedy: string
  /** certbound does not have this setting. */
  readonly isMissing?: true
}

interface Findings<Read> {
  readonly problems: readonly Problem[]
  /** The result of reading the valid members. It is absent if a problem concerns no single member. */
  readonly read: Read | undefined
}

/** Finds all problems of a new service. It stores nothing. */
export function problemsOfService(members: Members, now: EpochSeconds): Promise<Findings<StoredService>> {
  const read = (right: Members) =>
    draftService(readNew(requestOf(right)), { now, random: randomBytes }).service
  return problemsOf(members, OPEN_API.components.schemas.ServiceSettings, read)
}

/** Finds all problems of a new client of a service. It stores nothing. */
export function problemsOfClient(members: Members, service: Service): Promise<Findings<object>> {
  const read = (right: Members) => readRecord(readClient(requestOf(right)), service)
  return problemsOf(members, OPEN_API.components.schemas.ClientSettings, read)
}

/** The part of JSON Schema that is read here. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly enum?: readonly string[]
  readonly description?: string
  readonly 'x-requires'?: Readonly<Record<string, { readonly words: string }>>
}

/** The steps of the API refuse one member at a time. So each refused member is removed, and the others are tried again. */
async function problemsOf<Read>(
  members: Members,
  { properties = {} }: JsonSchema,
  read: (right: Members) => Read | Promise<Read>,
): Promise<Findings<Read>> {
  const problems: Problem[] = []
  let right = members
  const unknown = () => Object.keys(right).filter((name) => !(name in properties))
  const all = () => [...problems, ...unknown().map((name) => unknownSetting(name, properties))]
  for (;;) {
    try {
      const result = await read(right)
      return { problems: all(), read: result }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const problem = problemOf(error, right, properties)
      problems.push(problem)
      // The profile concerns several members. The others can be tried only without it.
      const refused = isOfProfile(error) ? 'fapi2' : problem.path[0]
      if (refused === undefined || !(refused in right)) return { problems: all(), read: undefined }
      right = Object.fromEntries(Object.entries(right).filter(([name]) => name !== refused))
    }
  }
}

type Settings = Readonly<Record<string, JsonSchema>>

const isOfProfile = ({ reason }: Refusal) => reason.endsWith('not-fapi2')

/** The API ignores unknown members. In a file they are mistakes. */
function unknownSetting(name: string, settings: Settings): Problem {
  const [nearest = ''] = Object.keys(settings).sort((a, b) => distance(a, name) - distance(b, name))
  const meant = distance(nearest, name) <= 3 ? `did you mean ${nearest}? ` : ''
  return {
    path: [name],
    what: `${name} is not a setting`,
    remedy: `${meant}docs/settings.md lists all settings`,
    isMissing: true,
  }
}

/** The Levenshtein distance of two texts. */
function distance(a: string, b: string): number {
  let row = Array.from(a, (_, i) => i + 1)
  for (const [j, letter] of Array.from(b).entries()) {
    const next: number[] = []
    for (const [i, other] of Array.from(a).entries()) {
      const [above = 0, left = j + 1, diagonal = j] = [row[i], next[i - 1], i === 0 ? j : row[i - 1]]
      next.push(Math.min(above + 1, left + 1, diagonal + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? b.length
}

function problemOf(refusal: Refusal, members: Members, settings: Settings): Problem {
  const { description: what, reason, options } = refusal
  const path = pathOf(refusal, members)
  if (reason.endsWith('not-offered'))
    return { path, what, remedy: 'remove it: certbound does not support it', isMissing: true }
  if (isOfProfile(refusal)) {
    const words = settings['fapi2']?.['x-requires'] ?? {}
    const allowed = options.named?.split(', ').map((name) => `${name}: ${words[name]?.words ?? ''}`) ?? []
    return { path, what, remedy: `the profile allows ${allowed.join('; ')}` }
  }
  // The message about the five settings of a subject does not name the settings.
  const name = path[0] ?? (reason.startsWith('client-subject') ? 'tlsClientAuthSubjectDn' : '')
  const schema = settings[name]
  if (schema === undefined) return { path, what, remedy: 'docs/settings.md describes each setting' }
  return { path, what, remedy: `${name} must be ${typeWords(schema)}. ${schema.description ?? ''}` }
}

/** The path of a refused member. A refusal names the setting, a member of a setting, or an index in the setting of its message. */
function pathOf({ description, options: { named = '' } }: Refusal, members: Members): Problem['path'] {
  const words = [...named.split(/[.,] ?/), ...(description.match(/\w+/g) ?? [])]
  const name = words.find((word) => Object.hasOwn(members, word))
  if (name !== undefined) return /^\d+$/.test(named) ? [name, Number(named)] : [name]
  const holder = Object.keys(members).find((each) => Object.hasOwn(Object(members[each]) as object, named))
  return holder === undefined ? [] : [holder, named]
}

function typeWords({ anyOf = [], type = '', items, enum: values }: JsonSchema): string {
  const [other] = anyOf.filter((one) => one.type !== 'null')
  if (other !== undefined) return typeWords(other)
  if (values !== undefined) return `one of ${values.join(', ')}`
  if (items !== undefined) return `a list; each ${typeWords(items)}`
  const [kind = ''] = [type].flat().filter((one) => one !== 'null')
  return WORDS[kind] ?? kind
}

const WORDS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  object: 'an object',
}
