import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Complaint } from '../command.ts'

/** CA certificates (root and intermediates) and self-signed client certificates. */
export type Truststore = readonly X509Certificate[]

/** The limit of API Gateway: at most four CA certificates above the leaf. */
export const MAX_CA_CERTIFICATES = 4

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g
const DAY_MILLISECONDS = 86_400_000
const SOON_DAYS = 30

/**
 * Reads a bundle of PEM certificates. Text between them is ignored.
 * @throws Complaint with one line that names the file if it cannot be read, is empty or contains an invalid certificate
 */
export async function readTruststore(file: string): Promise<Truststore> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Complaint(`truststore ${file}: cannot be read (${code ?? message})`, { cause: error })
  })
  return parseTruststore(text, file)
}

/** @throws Complaint with one line that names `file` if the bundle is empty or contains an invalid certificate */
export function parseTruststore(text: string, file: string): Truststore {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length !== text.split('-----BEGIN ').length - 1) {
    throw new Complaint(`truststore ${file}: it contains an incomplete PEM certificate`)
  }
  if (blocks.length === 0) throw new Complaint(`truststore ${file}: it contains no PEM certificate`)
  return blocks.map((block, index) => parseCertificate(block, `truststore ${file}: certificate ${index + 1}`))
}

/**
 * Whether a chain from a leaf to a self-signed certificate exists within the trust store. Like API Gateway, it ignores other certificates
 * that the client sent. OpenSSL additionally checks key usage and weak keys.
 */
export function isAnchored(leaf: X509Certificate, truststore: Truststore, time: Date): boolean {
  if (isSelfIssued(leaf)) return isIn(leaf, truststore)
  const valid = truststore.filter(
    ({ validFromDate, validToDate }) => validFromDate <= time && time <= validToDate,
  )
  return chainLength(leaf, valid, 1 + MAX_CA_CERTIFICATES) !== undefined
}

/** Whether the trust store contains this certificate. */
export function isIn(certificate: X509Certificate, truststore: Truststore): boolean {
  return truststore.some(({ raw }) => raw.equals(certificate.raw))
}

/** Whether a CA of the trust store has signed a certificate. Dates are not checked. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/** The length of the shortest path to a self-issued certificate, including both ends; `undefined` if it is longer than `most`. */
export function chainLength(
  certificate: X509Certificate,
  truststore: Truststore,
  most: number,
): number | undefined {
  if (isSelfIssued(certificate)) return 1
  if (most === 1) return undefined
  const issuers = truststore.filter((candidate) => isIssuedBy(certificate, candidate))
  const lengths = issuers.flatMap((issuer) => chainLength(issuer, truststore, most - 1) ?? [])
  return lengths.length === 0 ? undefined : 1 + Math.min(...lengths)
}

export function isSelfIssued({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer
}

/** The subject in the usual order, with the common name first. Node returns `undefined` for an empty subject. */
export function subjectOf({ subject = '' }: { readonly subject?: string }): string {
  return subject.split('\n').reverse().join(', ') || 'a certificate without a subject'
}

/** The problem with the dates of a certificate, as the end of a sentence. With a `warning` it is valid for at most 30 days. */
export function dateProblem(
  { validFrom, validFromDate, validTo, validToDate }: X509Certificate,
  now: Date,
): { readonly warning: boolean; readonly text: string } | undefined {
  const days = (validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS
  if (days <= 0) return { warning: false, text: `has expired (${validTo})` }
  if (validFromDate > now) return { warning: false, text: `is not valid yet (${validFrom})` }
  if (days > SOON_DAYS) return undefined
  return { warning: true, text: `expires in ${Math.ceil(days)} days (${validTo})` }
}

function parseCertificate(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw new Complaint(`${name} is invalid`, { cause: error })
  }
}
