import type { DynamoDb, Item, Key } from '../../dynamodb/dynamodb.ts'
import { Table, type Traces, type WriteOutcome } from '../table.ts'
import { type AuditedWrite, describeKey, keyText } from './audited-write.ts'
import { changedMembers } from './changed-members.ts'
import type { Operation } from './operation.ts'

/** Makes the new item of a write, or returns `undefined` if the write removes the item. */
type Change = (before: Item | undefined) => Item | undefined

const DONE = { done: true } as const

/** A table whose every write is recorded before it is made. It serves one operation. */
export class AuditedTable extends Table {
  readonly #operation: Operation
  readonly #of: 'registry' | 'grants'
  readonly #read = new Map<string, Item>()

  constructor(dynamodb: DynamoDb, name: string, of: 'registry' | 'grants', operation: Operation) {
    super(dynamodb, name, operation.newAttempt)
    this.#operation = operation
    this.#of = of
  }

  override async find(key: Key): Promise<Item | undefined> {
    const item = await super.find(key)
    this.#keep(key, item)
    return item
  }

  override async findAll(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    const items = await super.findAll(keys)
    for (const [i, key] of keys.entries()) this.#keep(key, items[i])
    return items
  }

  override create(
    item: Item,
    key: Key,
    traces: Traces = { attempt: this.newAttempt() },
  ): Promise<WriteOutcome> {
    return this.#recorded(
      key,
      traces.attempt,
      () => item,
      () => super.create(item, key, traces),
    )
  }

  override async replace(item: Item, key: Key, attempt = this.newAttempt()): Promise<void> {
    await this.#recorded(
      key,
      attempt,
      () => item,
      async () => {
        await super.replace(item, key, attempt)
        return DONE
      },
    )
  }

  override async erase(key: Key): Promise<void> {
    await this.#recorded(
      key,
      this.newAttempt(),
      () => undefined,
      async () => {
        await super.erase(key)
        return DONE
      },
    )
  }

  override update(
    key: Key,
    change: Item,
    stored: Item,
    traces: Traces = { attempt: this.newAttempt() },
  ): Promise<WriteOutcome> {
    return this.#recorded(
      key,
      traces.attempt,
      (before) => ({ ...(before ?? stored), ...change }),
      () => super.update(key, change, stored, traces),
    )
  }

  /** The item is read first, so that the record has the removed members. */
  override async remove(key: Key, stored: Item): Promise<WriteOutcome> {
    if (!this.#read.has(this.#name(key))) await this.find(key)
    return this.#recorded(
      key,
      this.newAttempt(),
      () => undefined,
      () => super.remove(key, stored),
    )
  }

  async #recorded(
    key: Key,
    attempt: string,
    change: Change,
    write: () => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    const before = this.#read.get(this.#name(key))
    const after = change(before)
    await this.#operation.announce(this.#writeOf(key, attempt, before, after))
    const outcome = await write()
    if (!outcome.done) return outcome
    this.#operation.confirm(attempt)
    this.#keep(key, after && { ...after, attempt })
    return outcome
  }

  #writeOf(key: Key, attempt: string, before: Item | undefined, after: Item | undefined): AuditedWrite {
    const about = describeKey(this.#of, key)
    const subject = about.kind === 'grant' ? subjectOf(after ?? before) : undefined
    const revision = after?.['revision']
    return {
      ...{ table: this.#of, key, attempt, ...about },
      ...(subject === undefined ? {} : { subject }),
      ...(typeof revision === 'string' && revision !== before?.['revision'] ? { revision } : {}),
      ...(after === undefined ? { removal: true as const } : {}),
      read: [before?.['attempt'], before?.['revision']].filter((value) => typeof value === 'string'),
      members: changedMembers(about.kind, before, after),
    }
  }

  #keep(key: Key, item: Item | undefined): void {
    if (item === undefined) this.#read.delete(this.#name(key))
    else this.#read.set(this.#name(key), item)
  }

  #name(key: Key): string {
    return keyText({ table: this.#of, key })
  }
}

/** Tokens have their subject only in the key of the index (shared/store/listing.ts). */
function subjectOf({ subject, held }: Item = {}): string | undefined {
  if (typeof subject === 'string') return subject
  return typeof held === 'string' && held.startsWith('=') ? held.slice(1) : undefined
}
