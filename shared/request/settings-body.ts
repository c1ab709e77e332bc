import type * as z from 'zod/mini'
import type { Refusal } from '../refusal/refusal.ts'

/** How settings of a client or of a service are refused. Every function is given the name of the setting. */
export interface SettingRules {
  /** Settings of Authlete's that have no effect here: who sets one would rely on it in vain. */
  readonly notOffered: readonly string[]
  readonly refuseNotOffered: (named: string) => Refusal
  readonly refuseValue: (named: string) => Refusal
  readonly refuseType: (named: string) => Refusal
}

/**
 * The settings in a body. Members that nobody knows are ignored (Authlete contract, section 1.1).
 *
 * @throws Refusal of `rules`
 */
export function readSettings<Schema extends z.ZodMiniType>(
  members: Readonly<Record<string, unknown>>,
  schema: Schema,
  rules: SettingRules,
): z.output<Schema> {
  const vain = rules.notOffered.find((name) => isSet(members[name]))
  if (vain !== undefined) throw rules.refuseNotOffered(vain)
  const parsed = schema.safeParse(withoutNullInside(members))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const named = String(issue?.path[0] ?? 'body')
  const isValue = issue?.code === 'invalid_value' || issue?.code === 'too_small'
  throw isValue ? rules.refuseValue(named) : rules.refuseType(named)
}

/** Java writes `null` for what is not set in the objects of a list, too. At the top `null` can have a meaning. */
function withoutNullInside(members: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, withoutNull(value)]))
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull)
  if (typeof value !== 'object' || value === null) return value
  const present = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNull(member)]))
}

/** Clients write `false`, 0, `""`, `null` and `[]` for what they do not set. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return ![undefined, null, false, 0, ''].includes(value as null)
}
