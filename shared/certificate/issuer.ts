import { X509Certificate } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { type Der, MalformedCertificate, requireCertificate } from './pem.ts'
import { thumbprint } from './thumbprint.ts'

/** Verifying a signature is the most expensive step of a token request, and a few clients send most of the requests. */
const REMEMBERED_PAIRS = 1_000
const cache = new BoundedMap<string, boolean>(REMEMBERED_PAIRS)

/**
 * Whether the key of a listed authority signed a client certificate. The key is the authority: names, key identifiers and serial
 * numbers are not compared. So a cross-certificate with the same key stands for the authority, and another authority with the same
 * name does not. The operator vouches for the dates, constraints and issuers of the certificates on the list.
 *
 * @param issuers each entry is one certificate in any spelling of `readCertificate`; an empty list matches nothing
 * @throws MalformedCertificate when an entry of the list cannot be read
 * @see RFC 8705 section 7.4, decision D17
 */
export function isIssuedByOneOf(der: Der, issuers: readonly string[]): boolean {
  return issuers.map(requireCertificate).some((issuer) => isSignedBy(der, issuer))
}

/**
 * Whether one certificate issued another, by their names, key identifiers, key usage and signature.
 *
 * @throws MalformedCertificate when OpenSSL cannot read one of them
 */
export function isIssuedBy(der: Der, issuer: Der): boolean {
  // `checkIssued` compares names, key identifiers and key usage. Only both prove it.
  return remembered(
    'issued',
    der,
    issuer,
    (certificate, authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  )
}

/** Whether the key of an authority signed a certificate. @throws MalformedCertificate when OpenSSL cannot read one of them */
export function isSignedBy(der: Der, issuer: Der): boolean {
  return remembered('signed', der, issuer, (certificate, authority) =>
    certificate.verify(authority.publicKey),
  )
}

/** The results are cached under both thumbprints. */
function remembered(
  question: 'issued' | 'signed',
  der: Der,
  issuer: Der,
  verify: (certificate: X509Certificate, authority: X509Certificate) => boolean,
): boolean {
  const key = `${question} ${thumbprint(der)} ${thumbprint(issuer)}`
  const known = cache.get(key)
  if (known !== undefined) return known
  try {
    const verified = verify(new X509Certificate(der), new X509Certificate(issuer))
    cache.set(key, verified)
    return verified
  } catch (cause) {
    throw new MalformedCertificate('not-a-certificate', { cause })
  }
}
