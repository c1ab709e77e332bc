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
 * Changes that do not go back. A write that an older version would misread raises the data version of the deployment first
 * (`shared/store/data-version.ts`), and `npm run rollback` refuses a release that does not understand it. A member that an older version
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
