import type { AuthorityKeyIdentifier, Extension, IssuingDistributionPoint } from 'pkijs'
import { LIST_EXTENSION } from '../oids.ts'
import { valueOf } from '../path/extension-value.ts'
import { contentAt } from '../pem.ts'
import { urisIn } from './distribution-points.ts'
import { RefusedList } from './refused-list.ts'

/** The content of the extensions of a certificate list (RFC 5280 section 5.2). */
export interface ListScope {
  readonly number: bigint | undefined
  /** The key identifier of the key that signed the list. */
  readonly keyIdentifier: Buffer | undefined
  /** The URIs of the distribution point. Without them the list is the complete one of its issuer. */
  readonly distributionPoints: readonly string[] | undefined
  /** Whether the list has no certificates of CAs. */
  readonly userCertificatesOnly: boolean
}

const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(LIST_EXTENSION))

/**
 * Reads the extensions of a certificate list, and refuses lists that are not about all certificates of one distribution point.
 *
 * @throws RefusedList malformed, critical-extension, delta, indirect, only-…, unnamed-distribution-point
 */
export function readScope(extensions: readonly Extension[]): ListScope {
  const unknown = extensions.find(({ extnID, critical }) => critical && !UNDERSTOOD.has(extnID))
  if (unknown !== undefined) throw new RefusedList('critical-extension', { extension: unknown.extnID })
  const find = (oid: string) => {
    const [extension, ...others] = extensions.filter(({ extnID }) => extnID === oid)
    if (extension === undefined) return undefined
    const value = valueOf(extension)
    if (value === undefined || others.length > 0) throw new RefusedList('malformed')
    return { value, bytes: Buffer.from(extension.extnValue.valueBlock.valueHexView) }
  }
  if (find(LIST_EXTENSION.deltaCRLIndicator) !== undefined) throw new RefusedList('delta')
  const key = find(LIST_EXTENSION.authorityKeyIdentifier)?.value as AuthorityKeyIdentifier | undefined
  const number = find(LIST_EXTENSION.cRLNumber)
  return {
    number: number && numberOf(number.bytes),
    keyIdentifier: key?.keyIdentifier && Buffer.from(key.keyIdentifier.valueBlock.valueHexView),
    ...pointOf(find(LIST_EXTENSION.issuingDistributionPoint)),
  }
}

const INTEGER = 0x02

/** A number that is not negative, with any number of digits. */
function numberOf(der: Buffer): bigint {
  const { start, end } = contentAt(der, 0, der.length)
  const isNumber = der[0] === INTEGER && end === der.length && start < end && der.readInt8(start) >= 0
  if (!isNumber) throw new RefusedList('malformed')
  return BigInt(`0x${der.toString('hex', start, end)}`)
}

function pointOf(extension: { readonly value: unknown; readonly bytes: Buffer } | undefined) {
  if (extension === undefined) return { distributionPoints: undefined, userCertificatesOnly: false }
  const { bytes } = extension
  const point = extension.value as IssuingDistributionPoint
  if (point.indirectCRL) throw new RefusedList('indirect')
  if (point.onlySomeReasons !== undefined) throw new RefusedList('only-some-reasons')
  if (point.onlyContainsCACerts) throw new RefusedList('only-ca-certificates')
  if (point.onlyContainsAttributeCerts) throw new RefusedList('only-attribute-certificates')
  const distributionPoints = point.distributionPoint && urisIn(point.distributionPoint)
  if (distributionPoints?.length === 0) throw new RefusedList('unnamed-distribution-point')
  // pkijs skips what it does not know.
  if (!Buffer.from(point.toSchema().toBER()).equals(bytes)) throw new RefusedList('malformed')
  return { distributionPoints, userCertificatesOnly: point.onlyContainsUserCerts }
}
