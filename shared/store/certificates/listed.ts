import type { IssuerKey } from '../../certificate/issuer-key.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import type { openLists } from '../lists/lists.ts'
import { issuerKeysOf, type ListSource } from '../lists/sources.ts'
import type { Issued } from './names.ts'

export type Lists = ReturnType<typeof openLists>

/** The certificates of CAs that have lists. */
export function listIssuers(sources: readonly ListSource[]): readonly string[] {
  return sources.flatMap(({ issuers }) => issuers)
}

/** They are kept with the source, because its record is read from the cache. */
const KEYS = new WeakMap<ListSource, readonly IssuerKey[]>()

function keysOf(source: ListSource): readonly IssuerKey[] {
  const known = KEYS.get(source)
  if (known !== undefined) return known
  const keys = issuerKeysOf(source)
  KEYS.set(source, keys)
  return keys
}

/** The revocations of a certificate in the lists of its issuer. Each list is a source of its own. */
export async function listedRevocations({ sources, buckets }: Lists, { issuer, serialNumber }: Issued) {
  const own = (await sources.find()).filter((source) => keysOf(source).includes(issuer))
  const found = await Promise.all(
    own.map(async ({ name, lists }) => {
      const reason = await buckets.findReason(name, serialNumber)
      const revokedAt = Math.max(0, ...lists.map(({ thisUpdate }) => thisUpdate)) as EpochSeconds
      return reason === undefined ? [] : [{ source: name, reason, revokedAt, clients: [] }]
    }),
  )
  return found.flat()
}
