import { X509Certificate } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { type Der, MalformedCertificate, readCertificate } from './pem.ts'
import { thumbprint } from './thumbprint.ts'

/** A verified signature costs more than all else at the token endpoint, and the same few clients come again and again. */
const REMEMBERED_PAIRS = 1_000
const remembered = new BoundedMap<string, boolean>(REMEMBERED_PAIRS)

/**
 * Whether a client certificate was issued directly by one of the certificates on the service's list: issuer name, key
 * identifier and signature. Their own dates, constraints and issuers are not judged: who put them on the list has done
 * that. Results are remembered by both thumbprints.
 *
 * @param issuers each one certificate in any spelling of `readCertificate`; an empty list has issued nothing
 * @throws MalformedCertificate when an entry of the list cannot be read
 * @see RFC 8705 section 7.4, decision D17
 */
export function issuedByOneOf(der: Der, issuers: readonly string[]): boolean {
  return issuers.map(readIssuer).some((issuer) => issuedBy(der, issuer))
}

function readIssuer(text: string): Der {
  const der = readCertificate(text)
  if (der === undefined) throw new MalformedCertificate('empty')
  return der
}

/**
 * Whether one certificate was issued by another: names, key identifiers, key usage and signature.
 *
 * @throws MalformedCertificate when OpenSSL does not read one of them
 */
export function issuedBy(der: Der, issuer: Der): boolean {
  const key = `${thumbprint(der)} ${thumbprint(issuer)}`
  const known = remembered.get(key)
  if (known !== undefined) return known

  const issued = verify(der, issuer)
  remembered.set(key, issued)
  return issued
}

/** OpenSSL compares names, key identifier and key usage first, then the signature; either alone proves nothing. */
function verify(der: Der, issuer: Der): boolean {
  try {
    const [certificate, authority] = [new X509Certificate(der), new X509Certificate(issuer)]
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch (cause) {
    throw new MalformedCertificate('not-a-certificate', { cause })
  }
}
