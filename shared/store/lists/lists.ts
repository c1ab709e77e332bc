import type { Cache } from '../cache.ts'
import type { Table } from '../table.ts'
import { ListBuckets } from './buckets.ts'
import { ListSources } from './sources.ts'

/** The certificate lists in the registry (architecture, section 9). */
export function openLists(registry: Table, cache: Cache) {
  return { sources: new ListSources(registry, cache), buckets: new ListBuckets(registry) }
}
