import { X509Certificate } from 'node:crypto'
import { canIssue } from '../../../shared/certificate/path/can-issue.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import type { Client } from '../../../shared/store/client.ts'
import { isIssuedBy, subjectOf, type Truststore } from '../../truststore/truststore.ts'
import { type Check, fail, type Finding, orElse, warn } from './check.ts'
import { clientLabel, findingFor } from './registry.ts'

/** Only listed issuers can issue a certificate with the name of a client, and those that are listed are trusted. */
export const issuers: Check = {
  name: 'issuers',
  needs: ['service', 'truststore'],
  ask: async ({ truststore, service, clients }) => {
    const byName = clientsByName(clients)
    const ofService = service?.clientCertificateIssuers
    const findings = [
      ...(ofService === undefined ? await openIssuers(byName, truststore) : []),
      ...unknownIssuers(ofService, 'clientCertificateIssuers', truststore),
      ...byName.flatMap((client) => {
        const { clientCertificateIssuers } = client
        const named = `clientCertificateIssuers of ${clientLabel(client)}`
        return [
          ...unknownIssuers(clientCertificateIssuers, named, truststore),
          ...contradiction(ofService, clientCertificateIssuers, named),
        ]
      }),
    ]
    return orElse(findings, 'only known CAs can issue the certificates of clients')
  },
}

/** The certificates of clients are made for clients. */
export const certificateUsage: Check = {
  name: 'certificate usage',
  needs: ['service'],
  ask: ({ service, clients }) =>
    orElse(
      service?.clientCertificateUsage === 'any'
        ? findingFor(clientsByName(clients), (names) =>
            warn(
              `a certificate for another purpose, such as that of a server, can authenticate ${names}`,
              'make sure that their certificates have clientAuth in the extended key usage, or none; then set clientCertificateUsage of the service to clientAuth',
            ),
          )
        : [],
      'no certificate that is made only for other purposes authenticates a client',
    ),
}

function clientsByName(clients: readonly Client[]): readonly Client[] {
  return clients.filter(({ tokenAuthMethod }) => AUTHENTICATION_METHODS[tokenAuthMethod].needs === 'name')
}

/** Several CAs can issue certificates for clients that have no list of their own, if the service has none. */
async function openIssuers(byName: readonly Client[], truststore: Truststore): Promise<Finding[]> {
  const open = byName.filter(({ clientCertificateIssuers }) => clientCertificateIssuers === undefined)
  const issuing = await issuingAuthorities(truststore)
  if (issuing.length < 2) return []
  const cas = issuing.map(subjectOf).join('; ')
  return findingFor(open, (names) =>
    fail(
      `${issuing.length} CAs are trusted (${cas}), and each can issue a certificate with the name of ${names}`,
      'set clientCertificateIssuers of the service to the CAs that issue the certificates of your clients',
    ),
  )
}

/** A listed issuer is its key, so a trusted cross-certificate with this key is enough. */
function unknownIssuers(list: readonly string[] = [], named: string, truststore: Truststore): Finding[] {
  const unknown = read(list).filter((issuer) => !truststore.some((trusted) => hasKeyOf(trusted, issuer)))
  return unknown.map((issuer) =>
    fail(
      `${named} has ${subjectOf(issuer)}, whose key is not in the trust store, so its clients are refused`,
      'add this CA to the trust store (npm run deploy), or remove it from clientCertificateIssuers',
    ),
  )
}

function contradiction(
  ofService: readonly string[] | undefined,
  ofClient: readonly string[] | undefined,
  named: string,
): Finding[] {
  if (ofService === undefined || ofClient === undefined) return []
  const [service, client] = [read(ofService), read(ofClient)]
  if (client.some((issuer) => service.some((other) => hasKeyOf(other, issuer)))) return []
  return [
    fail(
      `no issuer in ${named} is also in clientCertificateIssuers of the service, so every certificate is refused`,
      'add the issuer of the client to the list of the service, or remove the list of the client',
    ),
  ]
}

function read(list: readonly string[]): X509Certificate[] {
  return list.map((pem) => new X509Certificate(pem))
}

function hasKeyOf(one: X509Certificate, other: X509Certificate): boolean {
  return one.publicKey.equals(other.publicKey)
}

/** The CAs that issued no other CA of the trust store. They issue certificates for clients. */
async function issuingAuthorities(truststore: Truststore): Promise<Truststore> {
  const verdicts = await Promise.all(truststore.map(({ raw }) => canIssue(raw)))
  const authorities = truststore.filter((_, index) => verdicts[index])
  return authorities.filter(
    (candidate) =>
      !authorities.some((other) => !other.raw.equals(candidate.raw) && isIssuedBy(other, candidate)),
  )
}
