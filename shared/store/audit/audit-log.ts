import type { Item } from '../../dynamodb/dynamodb.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import type { Table } from '../table.ts'
import {
  type Audited,
  AuditItem,
  type AuditOutcome,
  monthOf,
  partitionKey,
  PARTITIONS,
  prefixOf,
} from './audit-item.ts'
import type { AuditedWrite } from './audited-write.ts'

/** A stored record. */
export interface AuditRecord extends Audited {
  readonly id: string
  /** A list goes on behind it with the next older one. */
  readonly place: string
  readonly writes: readonly AuditedWrite[]
  /** It is `undefined` if the process ended first, or if the outcome could not be stored. */
  readonly outcome: AuditOutcome | undefined
}

/** The selection of records by the number of a client and by a credential. */
export interface Selection {
  readonly client: number | undefined
  readonly credential: string | undefined
}

/** The name of one of the owner's two credentials follows a colon, so `owner` selects both. */
export function isSelected({ by, writes, outcome }: AuditRecord, { client, credential }: Selection): boolean {
  const clients = [...writes.map((write) => write.client), ...(outcome?.clients ?? [])]
  const isOfClient = client === undefined || clients.includes(client)
  return isOfClient && (credential === undefined || by === credential || by.startsWith(`${credential}:`))
}

export interface Period {
  readonly from: EpochSeconds
  /** The last second. */
  readonly to: EpochSeconds
}

const CHUNK = 100

/** Reads the records of a service, or of the deployment (architecture, section 3). */
export class AuditLog {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /**
   * The records of a period, the newest first.
   *
   * @param service `undefined` for records about the deployment
   * @param before the place of the oldest record that the caller already has
   */
  async *records(
    service: number | undefined,
    { from, to }: Period,
    before = String(to + 1),
  ): AsyncGenerator<AuditRecord> {
    for (const month of monthsOf({ from, to: Math.min(to, Number(before.split('.')[0])) as EpochSeconds })) {
      const partitions = Array.from({ length: PARTITIONS }, (_, i) => partitionKey(service, month, i))
      const streams = partitions.map((pk) => this.#partition(pk, String(from), before))
      yield* newestOf(streams)
    }
  }

  /** The items of a service in a period, by month and partition, to be written again. */
  async *items(service: number, { from, to }: Period): AsyncGenerator<Item> {
    for (const month of monthsOf({ from, to })) {
      const partitions = Array.from({ length: PARTITIONS }, (_, i) => partitionKey(service, month, i))
      yield* (await Promise.all(partitions.map((pk) => this.#table.query({ pk })))).flat()
    }
  }

  /** The records of a partition, the newest first. The items of a record are adjacent. */
  async *#partition(pk: string, from: string, before: string): AsyncGenerator<AuditRecord> {
    let items: Item[] = []
    for (let last = before; ;) {
      const chunk = await this.#table.queryLast({ pk }, CHUNK, { pk, sk: last })
      for (const item of chunk.filter(({ sk }) => String(sk) >= from)) {
        if (items[0] !== undefined && prefixIn(items[0]) !== prefixIn(item)) {
          yield* recordOf(items)
          items = []
        }
        items.push(item)
      }
      last = String(chunk.at(-1)?.['sk'])
      if (chunk.length === 0 || last < from) break
    }
    if (items.length > 0) yield* recordOf(items)
  }
}

/** The last month first. */
function monthsOf({ from, to }: Period): string[] {
  const [first, last] = [monthOf(from), monthOf(to)]
  const months = [last]
  for (let month = last; month > first; months.push(month)) {
    const [year = 0, number = 0] = month.split('-').map(Number)
    month = monthOf((Date.UTC(year, number - 2) / 1000) as EpochSeconds)
  }
  return months
}

async function* newestOf(streams: readonly AsyncGenerator<AuditRecord>[]): AsyncGenerator<AuditRecord> {
  const heads = await Promise.all(streams.map(async (stream) => ({ stream, next: await stream.next() })))
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true)
    const [first] = open.sort((a, b) =>
      (a.next.value as AuditRecord).place < (b.next.value as AuditRecord).place ? 1 : -1,
    )
    if (first === undefined) return
    yield first.next.value as AuditRecord
    first.next = await first.stream.next()
  }
}

const prefixIn = ({ sk }: Item) => String(sk).split('.').slice(0, 2).join('.')

/** @param items the last one first */
function recordOf(items: readonly Item[]): readonly AuditRecord[] {
  const parsed = items.map((item) => AuditItem.parse(item)).reverse()
  const audited = parsed[0]?.audited
  // DynamoDB deletes expired items one by one, so the beginning may be gone before the rest.
  if (audited === undefined) return []
  const [, id = ''] = String(items[0]?.['sk']).split('.')
  const record = {
    ...audited,
    id,
    place: prefixOf(audited.at, id),
    writes: parsed.flatMap(({ write }) => write ?? []),
    outcome: parsed.find(({ outcome }) => outcome !== undefined)?.outcome,
  }
  return [record]
}
