import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** CA certificates (root and intermediates) and self-signed client certificates. */
export type Truststore = readonly X509Certificate[]

/** API Gateway: at most four CA certificates above the leaf. */
const MAX_CA_CERTIFICATES = 4

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/**
 * Reads a bundle of PEM certificates; text between them is ignored.
 * @throws Error with one line that names the file when it cannot be read, is empty or holds anything broken
 */
export async function readTruststore(file: string): Promise<Truststore> {
  return parseTruststore(await readText(file), file)
}

/** @throws Error with one line that names `file` when the bundle is empty or holds anything broken */
export function parseTruststore(text: string, file: string): Truststore {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length !== text.split('-----BEGIN ').length - 1) {
    throw new Error(`truststore ${file}: something in it is not a complete PEM certificate`)
  }
  if (blocks.length === 0) throw new Error(`truststore ${file}: no PEM certificate in it`)
  return blocks.map((block, index) => parseCertificate(block, `truststore ${file}: certificate ${index + 1}`))
}

/**
 * Whether a leaf leads to a self-signed certificate through the truststore alone. What the client sent along plays
 * no part, as at API Gateway. To be asked besides OpenSSL's verdict, which also covers key usage and weak keys.
 */
export function isAnchored(leaf: X509Certificate, truststore: Truststore, time: Date): boolean {
  if (isSelfIssued(leaf)) return truststore.some((trusted) => trusted.raw.equals(leaf.raw))
  return hasIssuer(leaf, truststore, time, MAX_CA_CERTIFICATES)
}

function hasIssuer(certificate: X509Certificate, truststore: Truststore, time: Date, left: number): boolean {
  if (left === 0) return false
  return truststore.some(
    (candidate) =>
      candidate.ca &&
      certificate.checkIssued(candidate) &&
      certificate.verify(candidate.publicKey) &&
      candidate.validFromDate <= time &&
      time <= candidate.validToDate &&
      (isSelfIssued(candidate) || hasIssuer(candidate, truststore, time, left - 1)),
  )
}

function isSelfIssued(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`truststore ${file}: cannot be read (${code ?? message})`, { cause: error })
  }
}

function parseCertificate(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw new Error(`${name} is broken`, { cause: error })
  }
}
