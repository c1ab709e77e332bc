import { X509Certificate } from 'node:crypto'
import { MalformedCertificate } from '../../../shared/certificate/pem.ts'
import { readAuthority } from '../../../shared/certificate/path/chain.ts'
import { type Client, subjectNames } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import { subjectOf } from '../../truststore/truststore.ts'

/** By what a service was trusted, and whom it trusted, when the backup was made. Some of it may have been withdrawn since. */
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

/** By what a client was known when the backup was made: key IDs, the address of its keys, names in its certificate. */
export function fromBackupOfClient(client: Client) {
  const { jwks, jwksUri } = client
  const keys = (jwks?.keys ?? []).map(({ kid }, i) => (typeof kid === 'string' ? kid : `number ${i + 1}`))
  return { keys, jwksUri, names: subjectNames(client) }
}
