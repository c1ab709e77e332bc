import { issuerKey } from '../../../shared/certificate/issuer-key.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { NamedCertificate } from '../../../shared/store/certificates/names.ts'
import type { RequestedCertificate } from './request.ts'

/** The name by which a certificate is revoked. @throws Refusal member-wrong if the certificate of the issuer cannot be read */
export function nameOfRequested(requested: RequestedCertificate): NamedCertificate {
  if ('thumbprint' in requested) return { thumbprint: requested.thumbprint }
  const issuer = issuerKey(requested.issuer.der)
  if (issuer === undefined) throw new Refusal('member-wrong', { named: 'issuerCertificate' })
  return { issuer, serialNumber: requested.serialNumber }
}
