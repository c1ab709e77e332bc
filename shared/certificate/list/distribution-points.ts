import { X509Certificate } from 'node:crypto'
import type { Certificate, CRLDistributionPoints, GeneralName } from 'pkijs'
import { EXTENSION } from '../oids.ts'
import { valueOf } from '../path/extension-value.ts'
import type { Der } from '../pem.ts'

/** The parts of a certificate that decide which lists are about it. */
export interface ListedCertificate {
  /** The URIs of its distribution points (RFC 5280 section 4.2.1.13). `undefined` if it does not have the extension. */
  readonly distributionPoints: readonly string[] | undefined
  readonly isAuthority: boolean
}

/** A list of the certificate's issuer. */
export interface KnownList {
  /** The URI that the list names, for a list that names one. */
  readonly distributionPoint?: string | undefined
  /** Whether the issuer divides its certificates among several lists. */
  readonly isPart?: boolean | undefined
  readonly userCertificatesOnly: boolean
  /** Seconds since 1970. */
  readonly nextUpdate: number
}

/**
 * Reads the distribution points of a certificate. Those of other issuers do not count.
 *
 * @throws Error of OpenSSL if it cannot read the certificate
 */
export function readDistributionPoints({ extensions = [] }: Certificate, der: Der): ListedCertificate {
  const points = extensions.filter(({ extnID }) => extnID === EXTENSION.cRLDistributionPoints)
  const uris = points.flatMap((extension) =>
    (valueOf(extension) as CRLDistributionPoints | undefined)?.distributionPoints.flatMap(
      ({ distributionPoint = [], cRLIssuer }) => (cRLIssuer === undefined ? urisIn(distributionPoint) : []),
    ),
  )
  return {
    distributionPoints: points.length === 0 ? undefined : uris.filter((uri) => uri !== undefined),
    isAuthority: new X509Certificate(der).ca,
  }
}

/**
 * Whether fresh lists show which state a certificate has. A list that names a distribution point is only about certificates that name
 * it, too. If a certificate has no distribution point, the lists of its issuer are about it, unless the issuer divides them.
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
  const isFresh = ({ nextUpdate }: Pick<KnownList, 'nextUpdate'>) => now <= nextUpdate
  const about = lists.filter(({ userCertificatesOnly }) => !(isAuthority && userCertificatesOnly))
  const complete = about.filter(({ distributionPoint }) => distributionPoint === undefined)
  if (complete.some(isFresh)) return true
  if (distributionPoints === undefined) {
    const whole = about.filter(({ isPart = false }) => !isPart)
    return whole.length > 0 && whole.every(isFresh)
  }
  return about.some(
    ({ distributionPoint: named, ...list }) =>
      named !== undefined && distributionPoints.includes(named) && isFresh(list),
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
