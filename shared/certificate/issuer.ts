import { X509Certificate } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { type Der, MalformedCertificate, requireCertificate } from './pem.ts'
import { thumbprint } from './thumbprint.ts'

/** Verifying a signature is the most expensive step of a token request, and a few clients send most of the requests. */
const REMEMBERED_PAIRS = 1_000
const cache = new BoundedMap<string, boolean>(REMEMBERED_PAIRS)

/**
 * Whether one of the certificates on the service's list issued a client certificate directly. It compares issuer name and
 * key identifier, and verifies the signature. The operator vouches for the dates, constraints and issuers of the
 * certificates on the list. Results are cached under both thumbprints.
 *
 * @param issuers each entry is one certificate in any spelling of `readCertificate`; an empty list matches nothing
 * @throws MalformedCertificate when an entry of the list cannot be read
 * @see RFC 8705 section 7.4, decision D17
 */
export function isIssuedByOneOf(der: Der, issuers: readonly string[]): boolean {
  return issuers.map(requireCertificate).some((issuer) => isIssuedBy(der, issuer))
}

/**
 * Whether one certificate issued another, by their names, key identifiers, key usage and signature.
 *
 * @throws MalformedCertificate when OpenSSL cannot read one of them
 */
export function isIssuedBy(der: Der, issuer: Der): boolean {
  const key = `${thumbprint(der)} ${thumbprint(issuer)}`
  const known = cache.get(key)
  if (known !== undefined) return known

  const issued = verifyIssuer(der, issuer)
  cache.set(key, issued)
  return issued
}

/** `checkIssued` compares names, key identifiers and key usage; `verify` checks the signature. Only both prove it. */
function verifyIssuer(der: Der, issuer: Der): boolean {
  try {
    const [certificate, authority] = [new X509Certificate(der), new X509Certificate(issuer)]
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch (cause) {
    throw new MalformedCertificate('not-a-certificate', { cause })
  }
}
