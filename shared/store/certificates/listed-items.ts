import type { Item } from '../../dynamodb/dynamodb.ts'
import type { Table } from '../table.ts'

/** A batch of DynamoDB has at most 100 items. */
export const BATCH = 100

/** Items in the order of their ids; `undefined` stands for an absent item. */
export async function findItems(table: Table, ids: readonly string[]): Promise<(Item | undefined)[]> {
  const items = []
  for (let start = 0; start < ids.length; start += BATCH)
    items.push(...(await table.findAll(ids.slice(start, start + BATCH).map((id) => ({ id })))))
  return items
}

/** The first keys of several partitions of the index `listing` behind `after`, in one order. */
export async function firstKeys(
  table: Table,
  holders: readonly string[],
  after: string,
  size: number,
): Promise<Item[]> {
  const parts = await Promise.all(
    holders.map((holder) => table.queryIndexPart('listing', { holder }, after, size)),
  )
  return parts.flat().sort(byHeld).slice(0, size)
}

/** The place behind which the next page of a list begins. @returns `undefined` on the last page */
export function lastOf(keys: readonly Item[], size: number): string | undefined {
  return keys.length < size ? undefined : String(keys.at(-1)?.['held'])
}

function byHeld(a: Item, b: Item): number {
  return String(a['held']) < String(b['held']) ? -1 : 1
}
