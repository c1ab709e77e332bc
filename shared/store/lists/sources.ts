import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import { type IssuerKey, issuerKey } from '../../certificate/issuer-key.ts'
import type { Der } from '../../certificate/pem.ts'
import type { Cache } from '../cache.ts'
import { integer, seconds, string, strings, text } from '../member-types.ts'
import { SOURCES_KEY } from '../record-keys.ts'
import { recordCacheKey, Records } from '../records.ts'
import type { Table } from '../table.ts'

const StoredList = lazyObject(() => ({
  /** `listId` of the distribution point. */
  key: string,
  /** The URI of the distribution point that the list names. */
  distributionPoint: text,
  /** Decimal digits. */
  number: text,
  thisUpdate: seconds,
  /** 0 if the source no longer has the key of the list. */
  nextUpdate: seconds,
  userCertificatesOnly: z.boolean(),
  /** The issuer's key that has signed the list. */
  signer: text,
  count: integer,
  /** SHA-256 of the list, by which an unchanged one is known. */
  digest: string,
  etag: text,
}))
/** A list of a source, as it was last read. */
export type StoredList = z.output<typeof StoredList>

const Source = lazyObject(() => ({
  name: string,
  /** The certificates of the issuer's keys: base64 of DER. */
  issuers: strings,
  /** `https:`, `http:` or `s3:`. An address that ends with a slash is a folder with parts of the issuer's lists. */
  address: string,
  /** The URI that the list must name. For a folder it is that of the folder. */
  distributionPoint: text,
  lists: z._default(z.array(StoredList), []),
  /** Until then a process may have noted a certificate without knowing these keys. */
  knownFrom: seconds,
  /** A run has compared all certificates in use with the lists since every process knows the keys. */
  isCompared: z.optional(z.literal(true)),
  /**
   * The run that changes the buckets. If its time has passed, it did not end. `pending` has the buckets whose certificates in use were
   * perhaps not compared with them.
   */
  run: z.optional(z.object({ id: string, until: seconds, pending: z.array(integer) })),
  /** The last run has failed, or has refused a list. */
  problem: text,
}))
export type ListSource = z.output<typeof Source>

/** The keys of the issuer of a source. */
export function issuerKeysOf({ issuers }: Pick<ListSource, 'issuers'>): readonly IssuerKey[] {
  return issuers.flatMap((der) => issuerKey(Buffer.from(der, 'base64') as Der) ?? [])
}

/** Whether the time of none of the lists has passed. A source without a list is late. @param now seconds since 1970 */
export function isFresh({ lists }: Pick<ListSource, 'lists'>, now: number): boolean {
  return lists.length > 0 && lists.every(({ nextUpdate }) => now <= nextUpdate)
}

const Sources = lazyObject(() => ({ sources: z.array(Source) }))

/** The sources of certificate lists, with the lists that were read. One record has them all (architecture, section 9). */
export class ListSources {
  readonly #records: Records
  readonly #cache: Cache

  constructor(registry: Table, cache: Cache) {
    this.#records = new Records(registry, cache)
    this.#cache = cache
  }

  /** May be as old as the cache of the registry. A deployment without sources is cached as well. */
  async find(): Promise<readonly ListSource[]> {
    return (await this.#cache.remember(recordCacheKey(SOURCES_KEY), () => this.findCurrent())) ?? []
  }

  /** The cache is not used. */
  async findCurrent(): Promise<readonly ListSource[]> {
    const item = await this.#records.find(SOURCES_KEY)
    return item === undefined ? [] : Sources.parse(item['record']).sources
  }

  /** Changes all sources. Concurrent changes are both applied. */
  async changeSources(change: (sources: readonly ListSource[]) => readonly ListSource[]): Promise<void> {
    await this.#records.create(SOURCES_KEY, { record: { sources: [] } })
    await this.#records.change(SOURCES_KEY, Sources, ({ sources }) => ({ sources: [...change(sources)] }))
  }

  /**
   * Changes one source.
   *
   * @param change returns `undefined` if the source must not change
   * @returns the changed source, or `undefined`
   */
  async changeSource(
    name: string,
    change: (source: ListSource) => ListSource | undefined,
  ): Promise<ListSource | undefined> {
    let changed: ListSource | undefined
    await this.#records.change(SOURCES_KEY, Sources, ({ sources }) => {
      const before = sources.find((source) => source.name === name)
      changed = before && change(before)
      return (
        changed && {
          sources: sources.map((source) => (source.name === name ? (changed as ListSource) : source)),
        }
      )
    })
    return changed
  }
}
