import type { Client } from '../client.ts'
import type { Service } from '../service.ts'

/** The CAs that a service and a client know. Certificates of other issuers are known by their thumbprints only. */
export function authoritiesOf(
  { clientCertificateIssuers = [], trustedRootCertificates, clientCertificatesNotBefore }: Service,
  client: Client | undefined,
): readonly string[] {
  return [
    ...(client?.clientCertificateIssuers ?? []),
    ...clientCertificateIssuers,
    ...trustedRootCertificates,
    ...clientCertificatesNotBefore.map(({ issuerCertificate }) => issuerCertificate),
  ]
}
