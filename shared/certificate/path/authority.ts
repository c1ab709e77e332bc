import { X509Certificate } from 'node:crypto'
import { type Der, MalformedCertificate, requireCertificate } from '../pem.ts'
import { isWeakKey, keyStrength } from '../public-key.ts'

/**
 * Reads the certificate of an authority for registration. A certificate that it refuses could never be part of a path.
 *
 * @throws MalformedCertificate
 */
export function readAuthority(text: string): Der {
  const der = requireCertificate(text)
  if (authorityIn(der) === undefined) throw new MalformedCertificate('not-a-certificate')
  return der
}

/** `ca` of Node covers basic constraints and key usage. */
export function authorityIn(der: Der): X509Certificate | undefined {
  try {
    const x509 = new X509Certificate(der)
    return x509.ca && !isWeakKey(keyStrength(x509.publicKey)) ? x509 : undefined
  } catch (error) {
    // Only errors of OpenSSL have a code.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
