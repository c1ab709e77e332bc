import { createPublicKey, hash, type KeyObject, X509Certificate } from 'node:crypto'
import { isSignedBy } from './issuer.ts'
import { type Der, MalformedCertificate, requireCertificate } from './pem.ts'

declare const issuerKeyBrand: unique symbol

/** SHA-256 of the SubjectPublicKeyInfo of a CA, base64url without padding. Two CAs of one name have different keys. */
export type IssuerKey = string & { readonly [issuerKeyBrand]: true }

/**
 * The one of `authorities` whose key signed a certificate. Names are not compared.
 *
 * @param authorities each in any spelling of `readCertificate`. One that cannot be read signed nothing
 */
export function issuerAmong(certificate: Der, authorities: readonly string[]): Der | undefined {
  for (const text of authorities) {
    try {
      const authority = requireCertificate(text)
      if (isSignedBy(certificate, authority)) return authority
    } catch (error) {
      if (!(error instanceof MalformedCertificate)) throw error
    }
  }
  return undefined
}

/** @returns `undefined` if OpenSSL cannot read the certificate */
export function issuerKey(authority: Der): IssuerKey | undefined {
  try {
    const key = withWholePoint(new X509Certificate(authority).publicKey)
    return hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64url') as IssuerKey
  } catch (error) {
    // Only errors of OpenSSL have a code.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

/** The curves of `node:crypto` that a JWK can have. */
const JWK_CURVES = ['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1']

/** A certificate can have the point of an EC key compressed (RFC 5480 section 2.2), and another one of the same CA not. */
function withWholePoint(key: KeyObject): KeyObject {
  if (!JWK_CURVES.includes(key.asymmetricKeyDetails?.namedCurve ?? '')) return key
  return createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' })
}
