import type { Runtime } from '../runtime/runtime.ts'
import type { ListSource, StoredList } from '../store/lists/sources.ts'
import type { FetchedList } from './fetched-list.ts'

/** The outside world of a run. */
export interface ListReader extends Pick<Runtime, 'store' | 'now' | 'random'> {
  /** The addresses of the lists in a folder. */
  readonly find: (folder: string) => Promise<readonly string[]>
  readonly fetch: (address: string, etag: string | undefined) => Promise<FetchedList | 'unchanged'>
  /** The operator has decided that lists of this run may be older than the last ones. */
  readonly acceptOlder?: true | undefined
  /** Waits between writes, which must not use up the throughput of the table. */
  readonly pause: () => Promise<unknown>
}

/** With four writers, a million entries are written in some 45 seconds, and use 900 of the 1,000 write units of each partition. */
export const WRITE_PAUSE_MILLISECONDS = 30

/** A list that differs from the stored one. */
export interface ChangedList {
  readonly stored: StoredList
  /** Its entries in each bucket. */
  readonly texts: readonly string[]
}

/** A source whose buckets only this run may write. */
export type RunningSource = ListSource & { readonly run: NonNullable<ListSource['run']> }

/** The source is unknown, or another run is reading it. */
export class SourceBusy extends Error {
  override readonly name = 'SourceBusy'
}
