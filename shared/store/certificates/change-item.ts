import type { Item, Key } from '../../dynamodb/dynamodb.ts'
import type { Table } from '../table.ts'
import { LOST, repeatWhileLost } from '../unavailable.ts'

/**
 * Changes an item, or creates it. Concurrent changes are all applied, because each is conditional on the item that it has read.
 *
 * @param change the attributes to set (`undefined` removes one), or `undefined` if the item must not change
 * @returns whether the item was changed
 */
export function changeItem(
  table: Table,
  key: Key,
  change: (item: Item | undefined) => Item | undefined | Promise<Item | undefined>,
): Promise<boolean> {
  return repeatWhileLost(async () => {
    const item = await table.find(key)
    const attributes = await change(item)
    if (attributes === undefined) return false
    const written =
      item === undefined
        ? await table.create(attributes, key)
        : await table.update(key, attributes, { ...key, attempt: item['attempt'] })
    return written.done || LOST
  })
}
