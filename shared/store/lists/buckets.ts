import { hash } from 'node:crypto'
import { REASON_CODES, reasonOf, type RevocationReason } from '../../certificate/revocation-reason.ts'
import { SERIAL_BUCKETS, serialBucket, type SerialNumber } from '../../certificate/serial-number.ts'
import type { Item } from '../../dynamodb/dynamodb.ts'
import type { RecordKey } from '../record-keys.ts'
import type { Table } from '../table.ts'

/** A bucket of a source. */
export interface Bucket {
  /** The entries of each list, by `listId`: the serial numbers with the codes of their reasons. A text takes less memory than a map. */
  readonly lists: Readonly<Record<string, string>>
  /** The version of the stored item; `undefined` if there is none. */
  readonly attempt: string | undefined
}

/** The items of a source are spread, because DynamoDB limits the reads and writes of a partition. */
const PARTITIONS = 16

const keyOf = (source: string, bucket: number): RecordKey => ({
  pk: `listed#${source}#${bucket % PARTITIONS}`,
  sk: String(bucket),
})

/** The name of a list within its source. @param distributionPoint `undefined` for the complete list of the issuer */
export function listId(distributionPoint: string | undefined): string {
  return hash('sha256', distributionPoint ?? '', 'base64url').slice(0, 12)
}

/** The entries of lists, in buckets of serial numbers. A process reads the one bucket in which a certificate would be. */
export class ListBuckets {
  readonly #table: Table

  constructor(registry: Table) {
    this.#table = registry
  }

  /** The reason in one of the lists of a source, strongly consistent; `undefined` if none has the certificate. */
  async findReason(source: string, serialNumber: SerialNumber): Promise<RevocationReason | undefined> {
    const item = await this.#table.find({ ...keyOf(source, serialBucket(serialNumber)) })
    return item && revokedIn(readBucket(item)).get(serialNumber)
  }

  /** All buckets of a source, by their numbers. */
  async findAll(source: string): Promise<Bucket[]> {
    const partitions = Array.from({ length: PARTITIONS }, (_, i) => keyOf(source, i))
    const found = await Promise.all(partitions.map(({ pk }) => this.#table.query({ pk })))
    const buckets: Bucket[] = Array.from({ length: SERIAL_BUCKETS }, () => EMPTY)
    for (const item of found.flat()) buckets[Number(item['sk'])] = readBucket(item)
    return buckets
  }

  /**
   * Writes a bucket.
   *
   * @param read the bucket as it was read
   * @returns false if another run has written it since
   */
  async writeBucket(source: string, bucket: number, read: Bucket, lists: Bucket['lists']): Promise<boolean> {
    const key = { ...keyOf(source, bucket) }
    const outcome =
      read.attempt === undefined
        ? await this.#table.create({ lists }, key)
        : await this.#table.update(key, { lists }, { ...key, attempt: read.attempt })
    return outcome.done
  }
}

const EMPTY: Bucket = { lists: {}, attempt: undefined }

function readBucket({ lists, attempt }: Item): Bucket {
  return { lists: lists as Bucket['lists'], attempt: attempt as string }
}

/** Sorts the entries of a list into the texts of all buckets. Lists with the same entries have the same texts. */
export function bucketTexts(
  entries: Iterable<{ readonly serialNumber: SerialNumber; readonly reason: RevocationReason }>,
): string[] {
  const buckets: string[][] = Array.from({ length: SERIAL_BUCKETS }, () => [])
  for (const { serialNumber, reason } of entries) {
    buckets[serialBucket(serialNumber)]?.push(`${serialNumber}:${REASON_CODES[reason]}`)
  }
  return buckets.map((bucket) => [...new Set(bucket)].sort().join(' '))
}

/**
 * The certificates in a bucket. If several lists or entries have one, a revocation is stronger than a hold.
 *
 * @throws Error if a text is damaged: a certificate must not pass because its entry cannot be read
 */
export function revokedIn({ lists }: Pick<Bucket, 'lists'>): ReadonlyMap<SerialNumber, RevocationReason> {
  const revoked = new Map<SerialNumber, RevocationReason>()
  for (const entry of Object.values(lists).flatMap((text) => (text === '' ? [] : text.split(' ')))) {
    const [serial = '', code = ''] = entry.split(':')
    const reason = /^[0-9]+$/.test(code) ? reasonOf(Number(code)) : undefined
    if (reason === undefined || serial === '') throw new Error('a bucket of a certificate list is damaged')
    const isWeaker = reason === 'certificateHold' && revoked.has(serial as SerialNumber)
    if (!isWeaker) revoked.set(serial as SerialNumber, reason)
  }
  return revoked
}
