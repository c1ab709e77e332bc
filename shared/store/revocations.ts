import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import { digest } from './digest.ts'
import type { Table } from './table.ts'
import { TTL_SLACK_SECONDS } from './time-to-live.ts'

/** How far revocations by subject have come that take several calls. They lie in the table of grants. */
export class Revocations {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /** The last client that an unfinished revocation by `subject` has done, if it may still go on. */
  async find(service: number, subject: string, now: EpochSeconds): Promise<number | undefined> {
    const item = await this.#table.find(keyOf(service, subject))
    const after = Number(item?.['after'])
    return now < Number(item?.['until']) && Number.isSafeInteger(after) ? after : undefined
  }

  async put(service: number, subject: string, after: number, until: EpochSeconds): Promise<void> {
    const item = { after, until, ttl: addSeconds(until, TTL_SLACK_SECONDS) }
    await this.#table.replace(item, keyOf(service, subject))
  }

  async remove(service: number, subject: string): Promise<void> {
    const key = keyOf(service, subject)
    await this.#table.remove(key, key)
  }
}

/** Never the key of a client or a grant, because those have a number in the second place. */
function keyOf(service: number, subject: string) {
  return { id: `${String(service)}.revocation.${digest(subject)}` }
}
