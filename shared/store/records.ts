import type { Item } from '../dynamodb/dynamodb.ts'
import type * as z from 'zod/mini'
import type { Cache } from './cache.ts'
import { LOST, repeatWhileLost } from './unavailable.ts'
import { digest } from './digest.ts'
import type { RecordKey } from './record-keys.ts'
import { withUnknownMembers } from './unknown-members.ts'
import type { WriteOutcome, Table } from './table.ts'

/** The key of a record in the cache, which every write of it invalidates. */
export const recordCacheKey = ({ pk, sk }: RecordKey) => `${pk} ${sk}`

/** Records of the registry by key. Only `remember` reads the cache. Every write invalidates it. */
export class Records {
  readonly #table: Table
  readonly #cache: Cache

  constructor(table: Table, cache: Cache) {
    this.#table = table
    this.#cache = cache
  }

  remember<T>(key: RecordKey, read: (item: Item) => T | undefined): Promise<T | undefined> {
    return this.#cache.remember(recordCacheKey(key), async () => {
      const item = await this.find(key)
      return item && read(item)
    })
  }

  find(key: RecordKey): Promise<Item | undefined> {
    return this.#table.find({ ...key })
  }

  /** All records of a partition. */
  list({ pk }: RecordKey): Promise<Item[]> {
    return this.#table.query({ pk })
  }

  /** The first records of a partition, or the first whose `sk` comes after `after` as text. An empty list means that none is left. */
  listFirst({ pk }: RecordKey, limit: number, after?: string): Promise<readonly Item[]> {
    return this.#table.queryFirst({ pk }, limit, after === undefined ? after : { pk, sk: after })
  }

  create(key: RecordKey, item: Item): Promise<WriteOutcome> {
    return this.#table.create(item, { ...key })
  }

  async put(key: RecordKey, item: Item): Promise<void> {
    await this.#table.replace(item, { ...key })
    this.#cache.forget(recordCacheKey(key))
  }

  /**
   * Changes a record, and keeps members that only a newer version knows. Concurrent changes are both applied, and a deleted record is never resurrected.
   *
   * @param changed returns `undefined` if the record must not change
   * @param isOther whether the changed record is about something else, to which no member of the stored one belongs
   */
  async change<Schema extends z.ZodMiniType>(
    key: RecordKey,
    schema: Schema,
    changed: (record: z.output<Schema>) => ChangeResult<z.input<Schema>>,
    isOther = false,
  ): Promise<z.output<Schema> | undefined> {
    return repeatWhileLost<z.output<Schema> | undefined>(async () => {
      const item = await this.find(key)
      if (item === undefined) return undefined
      const known = schema.parse(item['record'])
      const after = await changed(parseRecord(schema, item))
      if (after === undefined) return undefined
      const record = schema.parse(after)
      const whole = isOther ? record : withUnknownMembers(item['record'], known, record)
      const attempt = this.#table.newAttempt()
      const stored = { ...key, attempt: item['attempt'] }
      const outcome = await this.#table.update({ ...key }, { record: whole }, stored, { attempt })
      this.#cache.forget(recordCacheKey(key))
      return outcome.done ? withAttempt(record, attempt) : LOST
    })
  }

  /** Sets attributes if the record has all values of `stored`. */
  async update(key: RecordKey, change: Item, stored: Item): Promise<WriteOutcome> {
    const outcome = await this.#table.update({ ...key }, change, { ...key, ...stored })
    this.#cache.forget(recordCacheKey(key))
    return outcome
  }

  async remove(key: RecordKey, stored: Item): Promise<WriteOutcome> {
    const outcome = await this.#table.remove({ ...key }, { ...stored })
    this.#cache.forget(recordCacheKey(key))
    return outcome
  }

  /** Deletes a record. @returns the deleted record, or `undefined` if it did not exist */
  async take<Schema extends z.ZodMiniType>(
    key: RecordKey,
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> {
    return repeatWhileLost<z.output<Schema> | undefined>(async () => {
      const item = await this.find(key)
      if (item === undefined) return undefined
      const record = parseRecord(schema, item)
      return (await this.remove(key, { ...key, attempt: item['attempt'] })).done ? record : LOST
    })
  }

  /** Deletes a record without reading it, because a role may delete signing keys without permission to read them. */
  async erase(key: RecordKey): Promise<void> {
    await this.#table.erase({ ...key })
    this.#cache.forget(recordCacheKey(key))
  }
}

/** The record to store, or `undefined` if it must not change. */
export type ChangeResult<Stored> = Stored | undefined | Promise<Stored | undefined>

/** Parses the record of an item. It throws for a damaged one. */
export function parseRecord<Schema extends z.ZodMiniType>(schema: Schema, item: Item): z.output<Schema> {
  return withAttempt(schema.parse(item['record']), item['attempt'])
}

const RECORD_ATTEMPTS = new WeakMap<object, unknown>()

/** The attempt belongs to the item and not to the record, so it is kept beside the record. */
function withAttempt<Stored>(record: Stored, attempt: unknown): Stored {
  RECORD_ATTEMPTS.set(record as object, attempt)
  return record
}

/**
 * The version of a stored record. Each write gives it another version, even if nothing changes.
 *
 * @param record the object that the registry returned. A copy has no version
 */
export function recordVersion(record: object): string {
  if (!RECORD_ATTEMPTS.has(record)) throw new Error('a copy of a record has no version')
  return digest(String(RECORD_ATTEMPTS.get(record)))
}
