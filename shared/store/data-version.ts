import { DATA_VERSION_KEY } from './record-keys.ts'
import type { Records } from './records.ts'
import { LOST, repeatWhileLost } from './unavailable.ts'

/** A change of what the tables have that an older version would misread. */
interface DataChange {
  /** The data version that it makes. */
  readonly version: number
  /** The version of certbound that brought it. */
  readonly since: string
  /** The first write that needs it. */
  readonly change: string
}

/**
 * What does not go back. A write that an older version would misread raises the data version of the deployment first
 * (`Registry.raiseDataVersion`), and `npm run rollback` refuses a release that does not understand it. A member that an older version
 * may ignore needs no row.
 */
export const DATA_CHANGES: readonly [DataChange, ...DataChange[]] = [
  {
    version: 1,
    since: '0.1.0',
    change: 'The first service is created. No earlier version exists.',
  },
]

/** That of this version of certbound. */
export const DATA_VERSION = Math.max(...DATA_CHANGES.map(({ version }) => version))

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
