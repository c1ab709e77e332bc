import { X509Certificate } from 'node:crypto'
import type { Client } from '../../../../shared/store/client.ts'
import { type Check, fail, type Finding, orElse, warn } from '../finding.ts'
import type { Inspected } from '../inspected.ts'
import { nameOf } from './registry.ts'

const DAY_MILLISECONDS = 86_400_000
const SOON_DAYS = 30

/** More than one CA may issue a certificate with a client's name in it, unless the service says which ones do. */
export const issuers: Check = {
  name: 'issuers',
  ask: ({ truststore, service, clients }) => {
    const named = service?.clientCertificateIssuers?.map((pem) => new X509Certificate(pem))
    const byName = clients.filter(({ tokenAuthMethod }) => tokenAuthMethod === 'TLS_CLIENT_AUTH')
    const issuing = issuingAuthorities(truststore)
    if (named === undefined && issuing.length > 1 && byName.length > 0) {
      return Promise.resolve([
        fail(
          `${issuing.length} CAs are trusted (${issuing.map(subjectOf).join('; ')}), and each can issue a certificate with the name of ${byName.map(nameOf).join(', ')}`,
          'name those that issue the certificates of your clients in clientCertificateIssuers of the service',
        ),
      ])
    }
    const unknown = (named ?? []).filter((issuer) => !isIn(issuer, truststore))
    return Promise.resolve(
      orElse(
        unknown.map((issuer) =>
          fail(
            `clientCertificateIssuers names ${subjectOf(issuer)}, which the trust store does not have: its clients are refused`,
            'put this CA into the trust store (npm run deploy), or take it from clientCertificateIssuers',
          ),
        ),
        'it is settled which CA issues the certificates of clients',
      ),
    )
  },
}

/** No certificate in the trust store has expired, or is about to. */
export const trustedDates: Check = {
  name: 'trust store dates',
  ask: ({ truststore, now }) =>
    Promise.resolve(
      orElse(
        truststore.flatMap((certificate) =>
          expiry(
            certificate,
            now(),
            `${subjectOf(certificate)} of the trust store`,
            'put its successor beside it: npm run deploy',
          ),
        ),
        `${truststore.length} certificates of the trust store are good for ${SOON_DAYS} days and more`,
      ),
    ),
}

/** Self-signed certificates that clients have registered are trusted at the edge, and not about to expire. */
export const registered: Check = {
  name: 'registered certificates',
  ask: ({ clients, truststore, now }) => {
    const all = clients.flatMap((client) =>
      certificatesOf(client).map((certificate) => ({ client, certificate })),
    )
    const findings = all.flatMap(({ client, certificate }): Finding[] => [
      ...expiry(
        certificate,
        now(),
        `the certificate that ${nameOf(client)} has registered`,
        'register its successor beside it, and put that into the trust store: npm run deploy',
      ),
      ...(isIn(certificate, truststore)
        ? []
        : [
            fail(
              `the self-signed certificate of ${nameOf(client)} is not in the trust store: the client is refused before any function runs`,
              'put the certificate itself into the trust store: npm run deploy',
            ),
          ]),
    ])
    return Promise.resolve(
      orElse(findings, `${all.length} registered certificates are trusted and not about to expire`),
    )
  },
}

function expiry(certificate: X509Certificate, now: Date, whose: string, todo: string): Finding[] {
  const days = (certificate.validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS
  if (days <= 0) return [fail(`${whose} has expired (${certificate.validTo})`, todo)]
  if (certificate.validFromDate > now)
    return [fail(`${whose} is not valid yet (${certificate.validFrom})`, todo)]
  return days > SOON_DAYS
    ? []
    : [warn(`${whose} expires in ${Math.ceil(days)} days (${certificate.validTo})`, todo)]
}

/** Those that no other CA of the trust store is issued by: they issue for clients. */
function issuingAuthorities(truststore: Inspected['truststore']): readonly X509Certificate[] {
  const authorities = truststore.filter(({ ca }) => ca)
  return authorities.filter(
    (candidate) =>
      !authorities.some(
        (other) =>
          !other.raw.equals(candidate.raw) &&
          other.checkIssued(candidate) &&
          other.verify(candidate.publicKey),
      ),
  )
}

function certificatesOf({ tokenAuthMethod, jwks }: Client): X509Certificate[] {
  if (tokenAuthMethod !== 'SELF_SIGNED_TLS_CLIENT_AUTH') return []
  return (jwks?.keys ?? []).flatMap(({ x5c }) => {
    const first: unknown = Array.isArray(x5c) ? x5c[0] : undefined
    return typeof first === 'string' ? [new X509Certificate(Buffer.from(first, 'base64'))] : []
  })
}

function isIn(certificate: X509Certificate, truststore: Inspected['truststore']): boolean {
  return truststore.some(({ raw }) => raw.equals(certificate.raw))
}

function subjectOf({ subject }: X509Certificate): string {
  return (
    (subject as string | undefined)?.split('\n').reverse().join(', ') ?? 'a certificate without a subject'
  )
}
