import type { JsonSchema } from './json-schemas.ts'

interface Member {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly meaning: string
}

/** Members of an object, those of objects inside of it after a dot. */
export function membersOf(schema: JsonSchema, without: readonly string[] = [], prefix = ''): Member[] {
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).flatMap(([name, member]) => {
    if (without.includes(name)) return []
    const path = `${prefix}${name}`
    const meaning = member.description ?? ''
    const own = { name: path, type: typeOf(member), required: required.includes(name), meaning }
    const inside = objectIn(member)
    return [own, ...(inside === undefined ? [] : membersOf(inside, [], `${path}.`))]
  })
}

export function table(members: readonly Member[]): string {
  if (members.length === 0) return 'No members.\n'
  const rows = members.map(({ name, type, required, meaning }) => {
    const shown = required ? `**\`${name}\`**` : `\`${name}\``
    return `| ${shown} | ${type} | ${meaning} |`
  })
  return ['| member | type | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

/** The one object in a member: itself, or the items of a list, or one of several forms. */
function objectIn({ properties, items, anyOf = [], ...schema }: JsonSchema): JsonSchema | undefined {
  if (properties !== undefined) return { properties, ...schema }
  const inside = [...(items === undefined ? [] : [items]), ...anyOf].map(objectIn)
  return inside.find((found) => found !== undefined)
}

function typeOf({ $ref, type, enum: values, const: only, items, anyOf }: JsonSchema): string {
  if ($ref !== undefined) return linkTo($ref)
  if (only !== undefined) return `\`${JSON.stringify(only)}\``
  if (values !== undefined) return values.map((value) => `\`${value === '' ? '""' : value}\``).join(' ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  if (items !== undefined) return `list of ${typeOf(items)}`
  return type === undefined ? 'any' : [type].flat().join(' or ')
}

function linkTo(ref: string): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1)
  return `[${name}](#${name.toLowerCase()})`
}
