import type { Bucket } from '../store/lists/buckets.ts'
import { inParallel } from '../store/in-parallel.ts'
import { type ChangedList, type ListReader, type RunningSource, SourceBusy } from './run.ts'

/** A bucket before and after a run. */
export interface BucketChange {
  readonly bucket: number
  readonly before: Bucket
  readonly after: Pick<Bucket, 'lists'>
  readonly isChanged: boolean
  /** An earlier run has written it and did not end, so `before` does not show what that run has compared. */
  readonly isPending: boolean
}

/** The writes of one run at once. With a pause after each, a million entries are written in a minute. */
const WRITERS = 4
/** A write may take this long, and must not come after the end of the run. */
const MARGIN_SECONDS = 60

/**
 * Writes the buckets that differ. Lists that the source no longer has are removed.
 *
 * @returns the buckets that this run or an earlier one has written, and those with entries until the keys of the source have been compared
 * @throws SourceBusy if another run has written a bucket, or if there is no time left
 */
export async function writeBuckets(
  source: RunningSource,
  lists: readonly ChangedList[],
  { store, now, pause }: ListReader,
): Promise<BucketChange[]> {
  const { buckets, sources } = store.lists
  const keys = new Set([...source.lists, ...lists.map(({ stored }) => stored)].map(({ key }) => key))
  const earlier = new Set(source.run.pending)
  const all = (await buckets.findAll(source.name)).map((before, bucket): BucketChange => {
    const kept = Object.entries(before.lists).filter(([key]) => keys.has(key))
    const changed = lists.map(({ stored, texts }) => [stored.key, texts[bucket] ?? ''] as const)
    const entries = Object.entries({ ...Object.fromEntries(kept), ...Object.fromEntries(changed) })
    const after = { lists: Object.fromEntries(entries.filter(([, text]) => text !== '')) }
    return {
      bucket,
      before,
      after,
      isChanged: !isSame(before.lists, after.lists),
      isPending: earlier.has(bucket),
    }
  })
  const changed = all.filter(({ isChanged }) => isChanged)
  const pending = [...new Set([...earlier, ...changed.map(({ bucket }) => bucket)])]
  const announced = await sources.changeSource(source.name, (current) =>
    current.run?.id === source.run.id ? { ...current, run: { ...source.run, pending } } : undefined,
  )
  if (announced === undefined) throw new SourceBusy(`another run is reading ${source.name}`)
  await inParallel(WRITERS, changed, async ({ bucket, before, after }) => {
    if (now() > source.run.until - MARGIN_SECONDS) throw new SourceBusy(`${source.name} takes too long`)
    const isWritten = await buckets.writeBucket(source.name, bucket, before, after.lists)
    if (!isWritten) throw new SourceBusy(`another run has written ${source.name}`)
    await pause()
  })
  const isNew = source.isCompared !== true
  return all.filter(
    ({ isChanged, isPending, after }) =>
      isChanged || isPending || (isNew && Object.keys(after.lists).length > 0),
  )
}

function isSame(one: Bucket['lists'], other: Bucket['lists']): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}
