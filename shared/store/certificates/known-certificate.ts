import { type CertificateDescription, describeCertificate } from '../../certificate/description.ts'
import { issuerAmong, issuerKey } from '../../certificate/issuer-key.ts'
import type { ReadCertificate } from '../../certificate/presented.ts'
import type { CertificateNames } from './names.ts'

/** A certificate with everything that its note needs. */
export interface KnownCertificate {
  readonly names: CertificateNames
  /** Absent if only the thumbprint is known. */
  readonly description?: CertificateDescription | undefined
}

/**
 * Reads the names by which a certificate can be revoked, and the members that its note shows (architecture, section 9).
 *
 * @param authorities the CAs that the service and the client know, in any spelling of `readCertificate`
 */
export function knowCertificate(
  { der, thumbprint }: ReadCertificate,
  authorities: readonly string[],
): KnownCertificate {
  const description = describeCertificate(der)
  const serialNumber = description?.serialNumber
  const authority = serialNumber && issuerAmong(der, authorities)
  const issuer = authority && issuerKey(authority)
  return { names: { thumbprint, issued: issuer && { issuer, serialNumber } }, description }
}
