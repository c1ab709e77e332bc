import { DATA_VERSION_KEY } from './record-keys.ts'
import type { Records } from './records.ts'
import { LOST, repeatWhileLost } from './unavailable.ts'

/** The newest version of data that a write of the deployment has needed. */
export class DataVersion {
  readonly #records: Records

  constructor(records: Records) {
    this.#records = records
  }

  /** 0 before the first write. */
  async find(): Promise<number> {
    return Number((await this.#records.find(DATA_VERSION_KEY))?.['version'] ?? 0)
  }

  /** Before a write that older versions would misread. It never lowers the data version. */
  async raise(version: number): Promise<void> {
    await repeatWhileLost<'raised'>(async () => {
      const item = await this.#records.find(DATA_VERSION_KEY)
      if (Number(item?.['version'] ?? 0) >= version) return 'raised'
      const written =
        item === undefined
          ? await this.#records.create(DATA_VERSION_KEY, { version })
          : await this.#records.update(DATA_VERSION_KEY, { version }, { attempt: item['attempt'] })
      return written.done ? 'raised' : LOST
    })
  }
}
