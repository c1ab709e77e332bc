/** A JSON object whose members are not checked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object, and neither `null` nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @returns `undefined` for text that is not JSON. If a member is repeated, its last value counts */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** DynamoDB stores 32 levels of nesting, and a stored value is a few levels below its item. */
const MAX_LEVELS = 24

/** Whether the store can keep a JSON value unchanged: its numbers are exact, and it is not nested too deeply. */
export function isStorable(value: unknown, levels = MAX_LEVELS): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isStorable(member, levels - 1))
}

/** The object without members that are `null`. */
export function withoutNull(members: object): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
}
