import fc from 'fast-check'
import { hostile } from './hostile-values.ts'

export interface Mutation {
  readonly path: readonly number[]
  /** If it is absent, the mutation removes the member. */
  readonly value?: unknown
}

export const mutations = fc.array(
  fc.record(
    { path: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }), value: hostile },
    { requiredKeys: ['path'] },
  ),
  { maxLength: 3 },
)

/** Changes members of an event, wherever they are. */
export function mutate(event: object, changes: readonly Mutation[]): object {
  const mutated = JSON.parse(JSON.stringify(event)) as Record<string, unknown>
  for (const { path, ...change } of changes) {
    let at = mutated
    for (const step of path) {
      const names = Object.keys(at)
      const name = names[step % names.length]
      if (name === undefined) break
      const inner = at[name]
      if (typeof inner === 'object' && inner !== null && step !== path.at(-1)) at = inner as typeof at
      // A value that came into the event before may be where this one goes.
      else if ('value' in change) at[name] = structuredClone(change.value)
      else Reflect.deleteProperty(at, name)
    }
  }
  return mutated
}
