import { zipSync } from 'fflate'

/** The first date of the format. Archives store local times, so the time zone has no effect. */
const DATE = new Date(1980, 0, 1)
const UNIX = 3
/** The attributes of a regular file that everyone may read, which Lambda requires. The mode is in the upper half. */
const ATTRIBUTES = 0o100644 * 0x10000

/** A ZIP archive that depends only on names and contents, not on order, clock or file system. */
export function zip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  const options = { level: 9, mtime: DATE, os: UNIX, attrs: ATTRIBUTES } as const
  return Buffer.from(zipSync(Object.fromEntries(sorted), options))
}
