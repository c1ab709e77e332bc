import { X509Certificate } from 'node:crypto'
import type { Certificate, CRLDistributionPoints, GeneralName } from 'pkijs'
import { BoundedMap } from '../../bounded-map.ts'
import { EXTENSION } from '../oids.ts'
import { valueOf } from '../path/extension-value.ts'
import type { Der } from '../pem.ts'
import { readBer } from '../subject-dn.ts'
import { thumbprint, type Thumbprint } from '../thumbprint.ts'

/** The parts of a certificate that decide which lists are about it. */
export interface ListedCertificate {
  /** The URIs of its distribution points (RFC 5280 section 4.2.1.13). */
  readonly distributionPoints: readonly string[]
  readonly isAuthority: boolean
}

/** Bounds the work for one certificate (`names.ts`). */
const MAX_ELEMENTS = 1000
const REMEMBERED_CERTIFICATES = 1_000
const cache = new BoundedMap<Thumbprint, ListedCertificate>(REMEMBERED_CERTIFICATES)

/** Reads a certificate. One that cannot be parsed names no distribution point. Results are cached by thumbprint. */
export async function readListed(der: Der): Promise<ListedCertificate> {
  const key = thumbprint(der)
  const known = cache.get(key)
  if (known !== undefined) return known
  const listed = await parseListed(der)
  cache.set(key, listed)
  return listed
}

async function parseListed(der: Der): Promise<ListedCertificate> {
  const { Certificate } = await import('pkijs')
  try {
    return readDistributionPoints(new Certificate({ schema: await readBer(der, MAX_ELEMENTS) }), der)
  } catch (error) {
    // Neither pkijs nor OpenSSL has a class of its own for a certificate that it cannot parse.
    if (error instanceof Error) return { distributionPoints: [], isAuthority: true }
    throw error
  }
}

/** A list of the certificate's issuer. */
export interface KnownList {
  /** The URI that the list names, for a list that names one. */
  readonly distributionPoint?: string | undefined
  readonly userCertificatesOnly: boolean
  /** Seconds since 1970. */
  readonly nextUpdate: number
}

/**
 * Reads the distribution points of a certificate. Those of other issuers do not count.
 *
 * @throws Error of OpenSSL if it cannot read the certificate
 */
function readDistributionPoints({ extensions = [] }: Certificate, der: Der): ListedCertificate {
  const points = extensions.filter(({ extnID }) => extnID === EXTENSION.cRLDistributionPoints)
  const uris = points.flatMap((extension) =>
    (valueOf(extension) as CRLDistributionPoints | undefined)?.distributionPoints.flatMap(
      ({ distributionPoint = [], cRLIssuer }) => (cRLIssuer === undefined ? urisIn(distributionPoint) : []),
    ),
  )
  return {
    distributionPoints: uris.filter((uri) => uri !== undefined),
    isAuthority: new X509Certificate(der).ca,
  }
}

/**
 * Whether a fresh list shows which state a certificate has. A list that names a distribution point is only about certificates that name
 * it as well, in the same text.
 *
 * @param lists those of the certificate's issuer
 * @param now seconds since 1970
 * @see RFC 5280 section 6.3.3 (a) and (b)
 */
export function isCovered(
  { distributionPoints, isAuthority }: ListedCertificate,
  lists: readonly KnownList[],
  now: number,
): boolean {
  return lists.some(
    ({ distributionPoint: named, userCertificatesOnly, nextUpdate }) =>
      now <= nextUpdate &&
      !(isAuthority && userCertificatesOnly) &&
      (named === undefined || distributionPoints.includes(named)),
  )
}

const URI = 6

/** The names that are URIs. @param names a full name, or a name relative to the issuer, which has no URI */
export function urisIn(names: readonly GeneralName[] | object): string[] {
  if (!Array.isArray(names)) return []
  return (names as readonly GeneralName[]).flatMap(({ type, value }) =>
    type === URI && typeof value === 'string' ? [value] : [],
  )
}
