import { DATA_VERSION_KEY } from './record-keys.ts'
import type { Records } from './records.ts'
import { LOST, repeatWhileLost } from './unavailable.ts'

/** The newest data version that a write has needed; 0 before the first. */
export async function findDataVersion(records: Records): Promise<number> {
  return Number((await records.find(DATA_VERSION_KEY))?.['version'] ?? 0)
}

/** Before a write that older versions would misread. It never lowers the data version. */
export async function raiseDataVersion(version: number, records: Records): Promise<void> {
  await repeatWhileLost<'raised'>(async () => {
    const item = await records.find(DATA_VERSION_KEY)
    if (Number(item?.['version'] ?? 0) >= version) return 'raised'
    const written =
      item === undefined
        ? await records.create(DATA_VERSION_KEY, { version })
        : await records.update(DATA_VERSION_KEY, { version }, { attempt: item['attempt'] })
    return written.done ? 'raised' : LOST
  })
}
