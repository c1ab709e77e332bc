import { isCovered, readListed } from '../../certificate/list/distribution-points.ts'
import { issuerAmong } from '../../certificate/issuer-key.ts'
import type { Der } from '../../certificate/pem.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import { isFresh, issuerKeysOf } from '../lists/sources.ts'
import type { Service } from '../service.ts'
import type { Store } from '../store.ts'

interface Call {
  readonly service: Pick<Service, 'apiKey' | 'crlStale'>
  readonly store: Pick<Store, 'lists' | 'certificates'>
  readonly now: EpochSeconds
}

/**
 * Whether `crlStale` of the service refuses a certificate, because the lists of its issuer do not show which state it has: they are late,
 * were never read, or are about other distribution points. The time of the list decides, so a job that does not run makes it late. An issuer
 * without lists is never late.
 */
export async function isListLate(certificate: Der, { service, store, now }: Call): Promise<boolean> {
  if (service.crlStale !== 'refuse') return false
  const sources = await store.lists.sources.find()
  const own = sources.filter(({ issuers }) => issuerAmong(certificate, issuers) !== undefined)
  if (own.length === 0) return false
  const lists = own.flatMap((source) => source.lists)
  return !isCovered(await readListed(certificate), lists, now)
}

/**
 * `isListLate` for a certificate that is not presented. Its note has the issuer, and no distribution point, so each list of the issuer must be
 * fresh.
 */
export async function isNotedListLate(
  thumbprint: Thumbprint,
  { service, store, now }: Call,
): Promise<boolean> {
  if (service.crlStale !== 'refuse') return false
  const { issued } = await store.certificates.notes.holders(service.apiKey, thumbprint)
  if (issued === undefined) return false
  const sources = await store.lists.sources.find()
  return sources.some((source) => issuerKeysOf(source).includes(issued.issuer) && !isFresh(source, now))
}
