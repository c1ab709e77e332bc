import type * as z from 'zod/mini'
import { withoutNull } from '../json.ts'
import { Refusal } from '../refusal/refusal.ts'

/** The refusals of the settings of a client or a service. Each function takes the name of the setting. */
export interface SettingRules {
  /** Settings of Authlete that are not supported. A request that sets one is refused, so that nobody relies on it. */
  readonly notOffered: readonly string[]
  readonly refuseNotOffered: (named: string) => Refusal
  readonly refuseValue: (named: string) => Refusal
}

/**
 * Parses the settings in a JSON body. Members that Authlete does not know either are ignored (Authlete contract, section 1.1).
 *
 * @throws Refusal member-wrong, or a refusal of `rules`
 */
export function parseSettings<Schema extends z.ZodMiniType>(
  members: Readonly<Record<string, unknown>>,
  schema: Schema,
  rules: SettingRules,
): z.output<Schema> {
  const refused = rules.notOffered.find((name) => isSet(members[name]))
  if (refused !== undefined) throw rules.refuseNotOffered(refused)
  const parsed = schema.safeParse(withoutNullInside(members))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const named = String(issue?.path[0] ?? 'body')
  const isValue = issue?.code === 'invalid_value' || issue?.code === 'too_small'
  throw isValue ? rules.refuseValue(named) : new Refusal('member-wrong', { named })
}

/** Authlete's Java client writes `null` for unset members, in lists too. At the top level `null` has a meaning. */
function withoutNullInside(members: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, withoutNullMembers(value)]))
}

function withoutNullMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullMembers)
  if (typeof value !== 'object' || value === null) return value
  return withoutNullInside(withoutNull(value))
}

/** Authlete's clients write `false`, 0, `""`, `null` or `[]` for a setting that is not set. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return ![undefined, null, false, 0, ''].includes(value as null)
}
