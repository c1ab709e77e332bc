import type * as z from 'zod/mini'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { openCache } from './cache.ts'
import type { Item, Table } from './table.ts'

const CHANGE_TRIES = 10

export interface RecordKey {
  readonly pk: string
  readonly sk: string
}

const cacheKey = ({ pk, sk }: RecordKey) => `${pk} ${sk}`

/** Records of the registry by key, with the cache that `remember` alone reads and every write keeps right. */
export function openRecords(table: Table, cacheSeconds: number, now: () => EpochSeconds) {
  const cache = openCache(cacheSeconds, now)

  function remember<T>(key: RecordKey, read: (item: Item) => T | undefined): Promise<T | undefined> {
    return cache.remember(cacheKey(key), async () => {
      const item = await find(key)
      return item && read(item)
    })
  }

  /** Never from the cache. */
  const find = (key: RecordKey): Promise<Item | undefined> => table.find({ ...key })

  /** All of a partition. Never from the cache. */
  const list = ({ pk }: RecordKey): Promise<Item[]> => table.query({ pk })

  async function put(key: RecordKey, item: Item): Promise<void> {
    await table.replace(item, { ...key })
    cache.forget(cacheKey(key))
  }

  /** Two who change a record at once both do, and one that was deleted does not come back. */
  async function change<Schema extends z.ZodMiniType>(
    key: RecordKey,
    schema: Schema,
    changed: (record: z.output<Schema>) => z.input<Schema>,
  ): Promise<z.output<Schema> | undefined> {
    for (let attempt = 0; attempt < CHANGE_TRIES; attempt++) {
      const item = await find(key)
      if (item === undefined) return undefined
      const record = schema.parse(changed(parse(schema, item)))
      const outcome = await table.update({ ...key }, { record }, { ...key, attempt: item['attempt'] })
      cache.forget(cacheKey(key))
      if (outcome.done) return record
    }
    throw new Error('the record changes too fast to be changed')
  }

  async function remove(key: RecordKey, stored: Item): Promise<void> {
    await table.remove({ ...key }, { ...stored })
    cache.forget(cacheKey(key))
  }

  /** Without a read: a role that may delete signing keys need not be able to read them. */
  async function erase(key: RecordKey): Promise<void> {
    await table.erase({ ...key })
    cache.forget(cacheKey(key))
  }

  return { remember, find, list, create: table.create, put, change, remove, erase }
}

export function parse<Schema extends z.ZodMiniType>(schema: Schema, item: Item): z.output<Schema> {
  return schema.parse(item['record'])
}
