import { isDeepStrictEqual } from 'node:util'
import type { Stack } from './fake-cloudformation.ts'
import { replacementOf } from './fake-replacements.ts'
import { referencesOf, resolved, type Template } from './fake-template.ts'

export interface ChangeSet {
  readonly stack: string
  readonly type: 'CREATE' | 'UPDATE'
  readonly template: string
  readonly parameters: Readonly<Record<string, string>>
  readonly options: Pick<Stack, 'role' | 'tags'>
  /** Those of the stack when it was made. It cannot be executed after the stack has changed. */
  readonly stackEvents: number
  readonly changes: readonly ResourceChange[]
  /** How many looks it takes until it is there. */
  pending: number
}

export interface ResourceChange {
  readonly Action: 'Add' | 'Modify' | 'Remove'
  readonly LogicalResourceId: string
  readonly ResourceType: string
  readonly Replacement?: 'True' | 'Conditional' | 'False'
}

const EMPTY = '{"Resources":{}}'

/** The changes that an update of a stack would make, as CloudFormation finds them without a look at the resources. */
export function changesBetween(
  stack: Stack | undefined,
  text: string,
  parameters: Readonly<Record<string, string>>,
): ResourceChange[] {
  const before = JSON.parse(
    stack?.template === undefined || stack.template === '' ? EMPTY : stack.template,
  ) as Template
  const after = JSON.parse(text) as Template
  const ids = new Set([...Object.keys(after.Resources), ...Object.keys(before.Resources)])
  const [old, now] = [propertiesIn(before, stack?.parameters ?? {}), propertiesIn(after, parameters)]
  const found = new Map<string, ResourceChange>()
  // A resource that is replaced changes those that refer to it, over any number of steps.
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const id of ids) {
      const change = changeOf(id, { before, after, old, now }, found)
      if (change !== undefined) found.set(id, change)
    }
  }
  return [...found.values()]
}

interface Compared {
  readonly before: Template
  readonly after: Template
  readonly old: (id: string) => Readonly<Record<string, unknown>>
  readonly now: (id: string) => Readonly<Record<string, unknown>>
}

function changeOf(
  id: string,
  { before, after, old, now }: Compared,
  found: ReadonlyMap<string, ResourceChange>,
): ResourceChange | undefined {
  const [was, is] = [before.Resources[id], after.Resources[id]]
  const about = { LogicalResourceId: id, ResourceType: (is ?? was)?.Type ?? '' }
  if (was === undefined) return { Action: 'Add', ...about }
  if (is === undefined) return { Action: 'Remove', ...about }
  const [from, to] = [old(id), now(id)]
  const isReplaced = (other: string) => !['False', undefined].includes(found.get(other)?.Replacement)
  const properties = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  const changed = properties.filter((name) => !isDeepStrictEqual(from[name], to[name]))
  const dependent = properties.filter((name) => [...referencesOf(is.Properties?.[name])].some(isReplaced))
  if (changed.length + dependent.length === 0) return undefined
  const certain = replacementOf(is.Type, changed)
  const Replacement =
    certain === 'False' && replacementOf(is.Type, dependent) !== 'False' ? 'Conditional' : certain
  return { Action: 'Modify', ...about, Replacement }
}

/** The properties of resources with the values of parameters, and with references as they are written. */
function propertiesIn({ Resources }: Template, parameters: Readonly<Record<string, string>>) {
  const values = {
    ref: (id: string) => parameters[id] ?? `Ref ${id}`,
    attribute: (id: string, name: string) => `GetAtt ${id} ${name}`,
  }
  return (id: string) =>
    resolved(Resources[id]?.Properties ?? {}, values) as Readonly<Record<string, unknown>>
}
