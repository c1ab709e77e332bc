import type { Item } from '../dynamodb/dynamodb.ts'

/** @param stored `undefined` means that the item must not have the attribute */
export function conditionOn(stored: Item) {
  const entries = Object.entries(stored).map(([name, value], i) => ({ name, value, at: `w${String(i)}` }))
  const present = entries.filter(({ value }) => value !== undefined)
  if (present.length === 0) throw new Error('a conditional write needs a stored value')
  return {
    ConditionExpression: entries
      .map(({ value, at }) => (value === undefined ? `attribute_not_exists(#${at})` : `#${at} = :${at}`))
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(entries.map(({ name, at }) => [`#${at}`, name])),
    ExpressionAttributeValues: Object.fromEntries(present.map(({ value, at }) => [`:${at}`, value])),
  }
}

/** @param change `undefined` removes the attribute */
export function updateOf(change: Item) {
  const names: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  const sets: string[] = []
  const removes: string[] = []
  for (const [i, [name, value]] of Object.entries(change).entries()) {
    names[`#s${String(i)}`] = name
    if (value === undefined) {
      removes.push(`#s${String(i)}`)
    } else {
      values[`:s${String(i)}`] = value
      sets.push(`#s${String(i)} = :s${String(i)}`)
    }
  }
  const remove = removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`
  return { expression: `SET ${sets.join(', ')}${remove}`, names, values }
}
