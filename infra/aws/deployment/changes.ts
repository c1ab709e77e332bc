import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import type { Template } from '../template/releases.ts'
import { rightsOf } from './stack-rights.ts'

/** The effect of a change set on a resource. `maybe replaced` depends on a value that is known only then. */
type Effect = 'new' | 'changed' | 'replaced' | 'maybe replaced' | 'removed'

export interface Change {
  readonly effect: Effect
  readonly id: string
  readonly type: string
}

/** The effect of a change set on a stack. */
export interface StackChanges {
  readonly changes: readonly Change[]
  /** Statements that a role or a policy gets (`+`) or loses (`-`). */
  readonly rights: readonly string[]
}

/** The effect of a deployment on its stacks. */
export interface Changes {
  readonly truststore: StackChanges
  readonly main: StackChanges
  readonly warnings: readonly string[]
}

/** Their replacement or removal loses data, addresses or settings. */
const SEVERE = /^AWS::(DynamoDB::Table|ApiGatewayV2::(Api|DomainName|Stage))$/
/** Each release has its own, and the others stay until there are ten later ones. */
const VERSION = 'AWS::Lambda::Version'

/** The changes without a comparison: everything in the template is new, or may be replaced. */
export function templateChanges({ Resources }: Template, effect: Effect): StackChanges {
  const changes = Object.entries(Resources).map(([id, { Type: type }]) => ({ effect, id, type }))
  return { changes, rights: [] }
}

/** Reads the effect of a change set on its stack. */
export function stackChanges(
  resourceChanges: readonly ResourceChange[],
  before: Template,
  after: Template,
): StackChanges {
  const changes = resourceChanges.map(
    ({ Action, Replacement, LogicalResourceId: id = '', ResourceType: type = '' }) => {
      return { effect: effectOf(Action, Replacement), id, type }
    },
  )
  return { changes, rights: difference(rightsOf(before), rightsOf(after)) }
}

function effectOf(action: ResourceChange['Action'], replacement: ResourceChange['Replacement']): Effect {
  if (action === 'Add' || action === 'Import') return 'new'
  if (action === 'Remove') return 'removed'
  if (replacement === 'True') return 'replaced'
  return action === 'Modify' && replacement === 'False' ? 'changed' : 'maybe replaced'
}

function difference(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...after.filter((right) => !before.includes(right)).map((right) => `+ ${right}`),
    ...before.filter((right) => !after.includes(right)).map((right) => `- ${right}`),
  ]
}

export function isSevere({ effect, type }: Change): boolean {
  return SEVERE.test(type) && effect !== 'new' && effect !== 'changed'
}

/** A summary, then each replacement and removal, then the rights. */
export function changeLines({ changes, rights }: StackChanges): string[] {
  const count = (effect: Effect) => changes.filter((change) => change.effect === effect).length
  const sum = (['new', 'changed', 'replaced', 'maybe replaced', 'removed'] as const)
    .filter((effect) => count(effect) > 0)
    .map((effect) => `${count(effect)} ${effect}`)
  return [
    sum.length === 0 ? 'no change' : `resources: ${sum.join(', ')}`,
    ...(['replaced', 'maybe replaced', 'removed'] as const).flatMap((effect) => byType(changes, effect)),
    ...rights.map((right) => `right ${right}`),
  ]
}

function byType(changes: readonly Change[], effect: Effect): string[] {
  const named = changes.filter((change) => change.effect === effect && change.type !== VERSION)
  const grouped = Map.groupBy(named, ({ type }) => type)
  return [...grouped].map(
    ([type, all]) => `${effect}: ${type.replace('AWS::', '')} ${all.map(({ id }) => id).join(', ')}`,
  )
}
