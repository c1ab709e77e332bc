import { generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto'
import { START } from './fixed-runtime.ts'

type Members = Readonly<Record<string, unknown>>

const encoded = (members: Members) => Buffer.from(JSON.stringify(members)).toString('base64url')

/** A key of a client for DPoP proofs (RFC 9449), and proofs by it: right ones for `https://as.example.com/token` at `START`. */
export function newProofKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  const jwk = { kty, crv, x, y }
  /** @param claims `undefined` takes one out */
  const proof = (claims: Members = {}, header: Members = {}) => {
    const asked = {
      jti: randomUUID(),
      htm: 'POST',
      htu: 'https://as.example.com/token',
      iat: START,
      ...claims,
    }
    const signed = `${encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${encoded(asked)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  // RFC 7638 section 3: the required members in the order of their names.
  return { proof, jkt: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url') }
}
