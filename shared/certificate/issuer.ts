import { X509Certificate } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { type Der, MalformedCertificate, requireCertificate } from './pem.ts'
import { thumbprint } from './thumbprint.ts'

/** Verifying a signature is the most expensive step of a token request, and the same few clients come back all the time. */
const REMEMBERED_PAIRS = 1_000
const remembered = new BoundedMap<string, boolean>(REMEMBERED_PAIRS)

/**
 * Whether one of the certificates on the service's list issued a client certificate directly: it compares issuer name and
 * key identifier, and verifies the signature. The operator vouches for the dates, constraints and issuers of the
 * certificates on the list. Results are cached by both thumbprints.
 *
 * @param issuers each one certificate in any spelling of `readCertificate`; an empty list matches nothing
 * @throws MalformedCertificate when an entry of the list cannot be read
 * @see RFC 8705 section 7.4, decision D17
 */
export function issuedByOneOf(der: Der, issuers: readonly string[]): boolean {
  return issuers.map(requireCertificate).some((issuer) => issuedBy(der, issuer))
}

/**
 * Whether one certificate issued another: names, key identifiers, key usage and signature.
 *
 * @throws MalformedCertificate when OpenSSL cannot read one of them
 */
export function issuedBy(der: Der, issuer: Der): boolean {
  const key = `${thumbprint(der)} ${thumbprint(issuer)}`
  const known = remembered.get(key)
  if (known !== undefined) return known

  const issued = verify(der, issuer)
  remembered.set(key, issued)
  return issued
}

/** `checkIssued` compares names, key identifiers and key usage; `verify` checks the signature. Only both prove it. */
function verify(der: Der, issuer: Der): boolean {
  try {
    const [certificate, authority] = [new X509Certificate(der), new X509Certificate(issuer)]
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch (cause) {
    throw new MalformedCertificate('not-a-certificate', { cause })
  }
}
