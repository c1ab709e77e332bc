import type { Item } from '../../dynamodb/dynamodb.ts'
import { addSeconds } from '../../epoch-seconds.ts'
import type { Table } from '../table.ts'
import { StoreUnavailable } from '../unavailable.ts'
import { type Audited, type AuditOutcome, partitionOf, prefixOf } from './audit-item.ts'
import { type AuditedWrite, keyText, MAIN_KINDS } from './audited-write.ts'

/** The number of items whose writes are in the record. Further items are only counted, because the request describes them all. */
const MAX_ITEMS = 8
const SECONDS_OF_DAY = 86_400

interface OperationOptions {
  readonly table: Table
  readonly auditDays: number
  /** Random text in base64url. */
  readonly id: string
  /** Writes the copy of an item to the log. */
  readonly log: (item: Item) => void
}

/**
 * The record of one operation. Each write is stored in it before it is made, with the `attempt` that it will leave in its item. So the
 * record settles itself if its outcome is missing (architecture, section 3). An operation that writes nothing has no record.
 */
export class Operation {
  readonly #about: Audited
  readonly #options: OperationOptions
  readonly #items = new Set<string>()
  readonly #listed = new Set<string>()
  readonly #done: string[] = []
  readonly #others = { keys: new Set<string>(), clients: new Set<number>() }
  #attempts = 0
  #stored = 0
  #begun: Promise<void> | undefined

  constructor(about: Audited, options: OperationOptions) {
    this.#about = about
    this.#options = options
  }

  /** Makes a value for the attribute `attempt` of an item that this operation writes. */
  readonly newAttempt = (): string => `${this.#options.id}.${(this.#attempts += 1)}`

  /** Stores a write before it is made. @throws StoreUnavailable if it cannot be stored. Then the write must not be made */
  async announce(write: AuditedWrite): Promise<void> {
    const item = keyText(write)
    // The keys of a new service come before it, and must not push its settings out of the record.
    const limit = MAIN_KINDS.has(write.kind) ? MAX_ITEMS : MAX_ITEMS - 1
    if (!this.#items.has(item) && this.#items.size >= limit) {
      this.#others.keys.add(item)
      if (write.client !== undefined) this.#others.clients.add(write.client)
      return this.#begun
    }
    this.#items.add(item)
    this.#listed.add(write.attempt)
    if (this.#begun === undefined) return (this.#begun = this.#begin(write))
    await this.#begun
    return this.#put({ write })
  }

  #begin(write: AuditedWrite): Promise<void> {
    // The request of the owner who creates a service names no service.
    const { service = write.service } = this.#about
    Object.assign(this.#about, { service })
    return this.#put({ audited: this.#about, write })
  }

  confirm(attempt: string): void {
    if (this.#listed.has(attempt)) this.#done.push(attempt)
  }

  /**
   * Stores the outcome. If it cannot be stored, readers settle the record.
   *
   * @param failed whether it is unknown if the last write was done
   */
  async end(reason: string | undefined, failed: boolean): Promise<void> {
    const isBegun = await this.#begun?.then(
      () => true,
      () => false,
    )
    if (isBegun !== true) return
    const { keys, clients } = this.#others
    const outcome: AuditOutcome = {
      ...(reason === undefined ? {} : { reason }),
      ...(failed ? { failed } : {}),
      ...{ done: this.#done, others: keys.size, clients: [...clients] },
    }
    await this.#put({ outcome }, '~').catch(() => undefined)
  }

  /** @param place of the item among those of the record */
  async #put(content: Item, place = String((this.#stored += 1)).padStart(4, '0')): Promise<void> {
    const { table, auditDays, id, log } = this.#options
    const { at } = this.#about
    const key = { pk: partitionOf(this.#about, id), sk: `${prefixOf(at, id)}${place}` }
    const item = JSON.parse(
      JSON.stringify({ ...content, ttl: addSeconds(at, auditDays * SECONDS_OF_DAY) }),
    ) as Item
    const stored = await table.create(item, key).catch((cause: unknown) => {
      throw new StoreUnavailable('the record of a change could not be stored', { cause })
    })
    if (!stored.done) throw new Error('the random id of an operation was taken')
    log({ ...key, ...content })
  }
}
