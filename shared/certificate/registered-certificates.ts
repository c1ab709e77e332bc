import { type KeyObject, X509Certificate } from 'node:crypto'
import { isJwkSet, type Jwk, publicKeyOfJwk } from './jwk-set.ts'
import { type Der, MalformedCertificate, readCertificate } from './pem.ts'
import { isWeakKey, keyStrength } from './public-key.ts'
import { thumbprint, type Thumbprint } from './thumbprint.ts'

/** Why a JWK Set does not register a certificate. */
export type CertificateSetFault =
  'not-a-jwk-set' | 'no-such-key' | 'no-certificate' | 'malformed-certificate' | 'key-differs' | 'weak-key'

/**
 * The certificates that a `self_signed_tls_client_auth` client has registered. Chain, dates and signature are not
 * checked (requirement A20).
 *
 * @param jwks parsed JSON, from `jwks` or `jwks_uri`. JWKs without `x5c` are skipped. In each other JWK the first
 *   element of `x5c` counts; if one of these elements is wrong, the whole set is refused
 * @param keyId `selfSignedCertificateKeyId`: only JWKs with that `kid` count
 * @returns the certificates by their thumbprints, because another certificate with the same key is not registered (decision D16)
 * @see RFC 8705 section 2.2.2, RFC 7517 section 4.7
 */
export function registeredCertificates(
  jwks: unknown,
  keyId: string | undefined,
): ReadonlyMap<Thumbprint, Der> | CertificateSetFault {
  if (!isJwkSet(jwks)) return 'not-a-jwk-set'
  const keys = keyId === undefined ? jwks.keys : jwks.keys.filter(({ kid }) => kid === keyId)
  if (keys.length === 0 && keyId !== undefined) return 'no-such-key'

  const registered = new Map<Thumbprint, Der>()
  for (const jwk of keys.filter(hasCertificate)) {
    const certificate = certificateInX5c(jwk['x5c'])
    if (certificate === undefined) return 'malformed-certificate'
    if (!isSameKey(certificate.key, publicKeyOfJwk(jwk))) return 'key-differs'
    if (isWeakKey(keyStrength(certificate.key))) return 'weak-key'
    registered.set(thumbprint(certificate.der), certificate.der)
  }
  return registered.size > 0 ? registered : 'no-certificate'
}

function hasCertificate({ x5c }: Jwk): boolean {
  return x5c !== undefined && !(Array.isArray(x5c) && x5c.length === 0)
}

/**
 * The certificate that a list of certificates begins with, and its key.
 *
 * @param x5c the value of the member, which is not checked yet (RFC 7515 section 4.1.6)
 * @returns `undefined` for a malformed one
 */
export function certificateInX5c(x5c: unknown): { readonly der: Der; readonly key: KeyObject } | undefined {
  const first: unknown = Array.isArray(x5c) ? x5c[0] : undefined
  if (typeof first !== 'string' || Buffer.from(first, 'base64').toString('base64') !== first) return undefined
  try {
    const der = readCertificate(first)
    return der && { der, key: new X509Certificate(der).publicKey }
  } catch (error) {
    // Only errors of OpenSSL have a code.
    if (error instanceof MalformedCertificate || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}

/** A certificate may restrict an RSA key to PSS (RFC 4055 section 1.2). A JWK cannot, so only the numbers count. */
function isSameKey(certified: KeyObject, registered: KeyObject | undefined): boolean {
  if (registered === undefined) return false
  if (certified.asymmetricKeyType !== 'rsa-pss') return certified.equals(registered)
  if (registered.asymmetricKeyType !== 'rsa') return false
  const numbers = registered.export({ type: 'pkcs1', format: 'der' })
  const ending = Buffer.concat([Buffer.of(0), numbers])
  return certified.export({ type: 'spki', format: 'der' }).subarray(-ending.length).equals(ending)
}
