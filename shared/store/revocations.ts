import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import { digest } from './digest.ts'
import type { Table } from './table.ts'
import { TTL_SLACK_SECONDS } from './time-to-live.ts'

/** The progress of revocations by subject that take several calls. The table of grants has it. */
export class Revocations {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /** The last client that an unfinished revocation by `subject` has completed, if the revocation may still continue. */
  async find(service: number, subject: string, now: EpochSeconds): Promise<number | undefined> {
    const item = await this.#table.find(revocationKey(service, subject))
    const after = Number(item?.['after'])
    return now < Number(item?.['until']) && Number.isSafeInteger(after) ? after : undefined
  }

  async put(service: number, subject: string, after: number, until: EpochSeconds): Promise<void> {
    const item = { after, until, ttl: addSeconds(until, TTL_SLACK_SECONDS) }
    await this.#table.replace(item, revocationKey(service, subject))
  }

  async remove(service: number, subject: string): Promise<void> {
    const key = revocationKey(service, subject)
    await this.#table.remove(key, key)
  }
}

/** It cannot equal the key of a client or a grant, because those have a number in the second place. */
function revocationKey(service: number, subject: string) {
  return { id: `${String(service)}.revocation.${digest(subject)}` }
}
