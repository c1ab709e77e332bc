import { X509Certificate } from 'node:crypto'
import { MalformedCertificate } from '../../../shared/certificate/pem.ts'
import { readAuthority } from '../../../shared/certificate/path/authority.ts'
import { type Client, subjectNames } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import { subjectOf } from '../../truststore/truststore.ts'

/** The keys, issuers and roots of a service in the backup. Some of them may have been withdrawn since. */
export function fromBackupOfService({ jwks, clientCertificateIssuers, trustedRootCertificates }: Service) {
  return {
    signingKeys: jwks.map(({ kid }) => kid),
    issuers: (clientCertificateIssuers ?? []).map(subjectIn),
    roots: trustedRootCertificates.map(subjectIn),
  }
}

function subjectIn(certificate: string): string {
  try {
    return subjectOf(new X509Certificate(readAuthority(certificate)))
  } catch (error) {
    if (error instanceof MalformedCertificate) return 'a certificate that cannot be read'
    throw error
  }
}

/** The key IDs, the URL of the keys, the certificate names and the issuers of a client in the backup. */
export function fromBackupOfClient(client: Client) {
  const { jwks, jwksUri, clientCertificateIssuers = [] } = client
  const keys = (jwks?.keys ?? []).map(({ kid }, i) => (typeof kid === 'string' ? kid : `number ${i + 1}`))
  return { keys, jwksUri, names: subjectNames(client), issuers: clientCertificateIssuers.map(subjectIn) }
}
