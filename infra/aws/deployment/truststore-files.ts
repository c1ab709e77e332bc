import type { X509Certificate } from 'node:crypto'
import { readTruststore } from '../../truststore/truststore.ts'

/** API Gateway: RSA of 2048 bits or more, ECDSA of 256 or more, signed with SHA-256 or better; nothing else. */
const MINIMUM_RSA_BITS = 2048
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1']
const WEAK_HASH = /md[245]|sha-?1(?!\d)/i
const MAX_CHAIN = 4
const SOON_MILLISECONDS = 30 * 86_400_000

export interface TruststoreBundle {
  /** All certificates, each once. */
  readonly pem: string
  readonly subjects: readonly string[]
  /** What API Gateway would not take, or what would keep clients out. */
  readonly complaints: readonly string[]
  readonly warnings: readonly string[]
}

/** The PEM files of the settings as the one object that the domain reads. */
export async function readTruststoreFiles(files: readonly string[], now: Date): Promise<TruststoreBundle> {
  const certificates = new Map<string, X509Certificate>()
  const complaints: string[] = []
  for (const file of files) {
    for (const certificate of await certificatesOf(file, complaints)) {
      certificates.set(certificate.fingerprint256, certificate)
    }
  }
  const all = [...certificates.values()]
  return {
    pem: all.map(String).join(''),
    subjects: all.map(nameOf),
    complaints: [...complaints, ...all.flatMap((certificate) => complaintsAbout(certificate, all, now))],
    warnings: all.flatMap((certificate) => warningsAbout(certificate, now)),
  }
}

async function certificatesOf(file: string, complaints: string[]): Promise<readonly X509Certificate[]> {
  try {
    return await readTruststore(file)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    complaints.push(error.message)
    return []
  }
}

const nameOf = ({ subject }: X509Certificate): string =>
  subject.split('\n').reverse().join(', ') || 'a certificate without a subject'

function complaintsAbout(certificate: X509Certificate, all: readonly X509Certificate[], now: Date): string[] {
  const wrong = [
    certificate.validToDate < now && `has expired (${certificate.validTo})`,
    certificate.validFromDate > now && `is not valid yet (${certificate.validFrom})`,
    isWeak(certificate) && 'has a key or a signature that API Gateway does not take',
    !certificate.ca && !isSelfIssued(certificate) && 'is neither a CA nor self-signed',
    chainLength(certificate, all) === undefined && `does not lead to a root: add ${issuerOf(certificate)}`,
    (chainLength(certificate, all) ?? 0) > MAX_CHAIN && `is more than ${MAX_CHAIN} steps from its root`,
  ]
  return wrong.filter((text) => text !== false).map((text) => `trust store: ${nameOf(certificate)} ${text}`)
}

function warningsAbout(certificate: X509Certificate, now: Date): string[] {
  const left = certificate.validToDate.getTime() - now.getTime()
  return left > 0 && left < SOON_MILLISECONDS
    ? [
        `trust store: ${nameOf(certificate)} expires soon (${certificate.validTo}): its clients are refused from then on`,
      ]
    : []
}

function isWeak(certificate: X509Certificate): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails = {} } = certificate.publicKey
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails
  const isStrong =
    asymmetricKeyType === 'rsa'
      ? modulusLength >= MINIMUM_RSA_BITS
      : asymmetricKeyType === 'ec' && CURVES.includes(namedCurve)
  return !isStrong || WEAK_HASH.test(certificate.signatureAlgorithm ?? '')
}

/** Certificates from this one to its root, both counted; `undefined` where one is missing. Those in a circle lead nowhere. */
function chainLength(
  certificate: X509Certificate,
  all: readonly X509Certificate[],
  left = 10,
): number | undefined {
  if (isSelfIssued(certificate)) return 1
  if (left === 0) return undefined
  const issuers = all.filter(
    (other) => other.ca && certificate.checkIssued(other) && certificate.verify(other.publicKey),
  )
  const lengths = issuers.flatMap((issuer) => chainLength(issuer, all, left - 1) ?? [])
  return lengths.length === 0 ? undefined : 1 + Math.min(...lengths)
}

const isSelfIssued = ({ subject, issuer }: X509Certificate): boolean => subject === issuer
const issuerOf = ({ issuer }: X509Certificate): string => issuer.split('\n').reverse().join(', ')
