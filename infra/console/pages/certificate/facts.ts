import { X509Certificate } from 'node:crypto'
import { readSubject } from '../../../../shared/certificate/names.ts'
import { type Der, MalformedCertificate } from '../../../../shared/certificate/pem.ts'
import type { SanKind } from '../../../../shared/certificate/subject-alternative-names.ts'
import { thumbprint, type Thumbprint } from '../../../../shared/certificate/thumbprint.ts'
import { type Chain, pemOf, readChain } from '../../certificate-file.ts'
import { distinguishedNameText, nameText } from './distinguished-name.ts'

/** The content of a certificate. Nothing in it is verified. */
export interface CertificateDetails {
  /** RFC 4514 text with which a client can be registered (`tlsClientAuthSubjectDn`). Empty if the certificate has no subject. */
  readonly subject: string
  readonly issuer: string
  /** Hex with colons. */
  readonly serial: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** An example is `EC, P-256`. */
  readonly key: string
  /** Names of known purposes, otherwise object identifiers. */
  readonly extendedKeyUsage: readonly string[]
  /** Whether the extended key usage allows the authentication of clients. */
  readonly isForClients: boolean
  /** The names in the spelling of registration; addresses in their usual spelling. */
  readonly san: Readonly<Record<SanKind, readonly string[]>>
  readonly isSelfIssued: boolean
}

export interface CertificateFacts {
  readonly der: Der
  readonly thumbprint: Thumbprint
  readonly pem: string
  /** The other certificates of the file, which belong to authorities. */
  readonly others: readonly Der[]
  /** `undefined` if a part of it cannot be parsed. Tokens can be bound to it, but no client can be registered with it. */
  readonly details: CertificateDetails | undefined
}

/** Reads a certificate that was dropped or pasted, with or without its chain. */
export async function certificateFacts(
  text: string,
): Promise<CertificateFacts | Exclude<Awaited<ReturnType<typeof readChain>>, Chain>> {
  const chain = await readChain(text)
  if ('fault' in chain) return chain
  const { leaf: der, others } = chain
  return { der, others, thumbprint: thumbprint(der), pem: pemOf(der), details: await readDetails(der) }
}

async function readDetails(der: Der): Promise<CertificateDetails | undefined> {
  try {
    const read = new X509Certificate(der)
    const { subject, san, notBefore, notAfter, isForClients } = await readSubject(der)
    return {
      subject: await nameText(subject, read.subject),
      issuer: distinguishedNameText(read.issuer),
      serial: read.serialNumber.replaceAll(/..(?=.)/g, '$&:'),
      notBefore: notBefore * 1000,
      notAfter: notAfter * 1000,
      key: keyWords(read),
      // Node's type does not allow for a missing subject.
      extendedKeyUsage: ((read.keyUsage as string[] | undefined) ?? []).map((oid) => PURPOSES[oid] ?? oid),
      isForClients,
      san: { ...san, ip: san.ip.map(addressText) },
      isSelfIssued: read.subject === read.issuer,
    }
  } catch (error) {
    // Only errors of OpenSSL have a code.
    if (error instanceof MalformedCertificate || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

function keyWords({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails: details = {} } = publicKey
  const { namedCurve, modulusLength } = details
  const type = asymmetricKeyType.startsWith('ed')
    ? `Ed${asymmetricKeyType.slice(2)}`
    : asymmetricKeyType.toUpperCase()
  if (namedCurve !== undefined) return `${type}, ${CURVES[namedCurve] ?? namedCurve}`
  return modulusLength === undefined ? type : `${type}, ${modulusLength} bits`
}

/** RFC 5280 section 4.2.1.12. */
const PURPOSES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'server authentication',
  '1.3.6.1.5.5.7.3.2': 'client authentication',
  '1.3.6.1.5.5.7.3.3': 'code signing',
  '1.3.6.1.5.5.7.3.4': 'email protection',
  '1.3.6.1.5.5.7.3.8': 'time stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP signing',
  '2.5.29.37.0': 'any purpose',
}

/** @param hex of 4 or 16 bytes */
function addressText(hex: string): string {
  if (hex.length === 8) return [...Buffer.from(hex, 'hex')].join('.')
  const groups = hex.match(/.{4}/g) ?? []
  // A URL has the spelling of RFC 5952.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}
