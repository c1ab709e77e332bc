import { X509Certificate } from 'node:crypto'
import { readSubject } from '../../../../shared/certificate/names.ts'
import {
  type Der,
  MalformedCertificate,
  type MalformedReason,
  requireCertificate,
} from '../../../../shared/certificate/pem.ts'
import type { SanKind } from '../../../../shared/certificate/subject-alternative-names.ts'
import { thumbprint, type Thumbprint } from '../../../../shared/certificate/thumbprint.ts'
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
  /** The names in the spelling of registration; addresses in their usual spelling. */
  readonly san: Readonly<Record<SanKind, readonly string[]>>
  readonly isSelfIssued: boolean
}

export interface CertificateFacts {
  readonly der: Der
  readonly thumbprint: Thumbprint
  readonly pem: string
  /** `undefined` if a part of it cannot be parsed. Tokens can be bound to it, but no client can be registered with it. */
  readonly details: CertificateDetails | undefined
}

/**
 * Reads a certificate that was dropped or pasted, in any spelling that `readCertificate` accepts.
 *
 * @returns `fault` describes the error in the text to the user. It contains nothing from the text, which may be a private key
 */
export async function certificateFacts(text: string): Promise<CertificateFacts | { readonly fault: string }> {
  let der: Der
  try {
    der = requireCertificate(text)
  } catch (error) {
    if (error instanceof MalformedCertificate) return { fault: FAULTS[error.reason] }
    throw error
  }
  const base64 = der.toString('base64').replaceAll(/.{64}(?!$)/g, '$&\n')
  const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
  return { der, thumbprint: thumbprint(der), pem, details: await readDetails(der) }
}

async function readDetails(der: Der): Promise<CertificateDetails | undefined> {
  try {
    const read = new X509Certificate(der)
    const { subject, san, notBefore, notAfter } = await readSubject(der)
    return {
      subject: await nameText(subject, read.subject),
      issuer: distinguishedNameText(read.issuer),
      serial: read.serialNumber.replaceAll(/..(?=.)/g, '$&:'),
      notBefore: notBefore * 1000,
      notAfter: notAfter * 1000,
      key: keyWords(read),
      // Node's type does not allow for a missing subject.
      extendedKeyUsage: ((read.keyUsage as string[] | undefined) ?? []).map((oid) => PURPOSES[oid] ?? oid),
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

const FAULTS: Readonly<Record<MalformedReason, string>> = {
  'bad-encoding': 'The percent-encoding is broken.',
  empty: 'It contains no certificate.',
  'no-begin-label': 'The line -----BEGIN CERTIFICATE----- is missing.',
  'no-end-label': 'The line -----END CERTIFICATE----- is missing: the text may be cut off.',
  'not-a-certificate': 'It can be decoded, but it is not an X.509 certificate.',
  'not-ascii': 'It contains characters that are not allowed in PEM or base64.',
  'not-base64': 'It is neither PEM nor a certificate in base64.',
  'not-der': 'It is not DER: the encoding of a length is longer than necessary.',
  'nul-byte': 'It contains a NUL byte.',
  'private-key':
    'This is a private key, not a certificate. The console did not keep it. Never share a private key: choose the certificate file.',
  'several-certificates':
    'It contains several certificates. Enter only the one of the client, which is usually the first.',
  'surrounding-text': 'There is other text around the certificate. Enter only the lines from BEGIN to END.',
  'too-large': 'It is too large to be a certificate.',
  'trailing-bytes': 'There are more bytes after the certificate.',
  truncated: 'The certificate is cut off.',
  'wrong-label': 'The label of the PEM block is not CERTIFICATE.',
}
