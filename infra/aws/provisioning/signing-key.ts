import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'

/** A new ES256 key with its private half. */
export function newSigningKey(kid: string): JsonWebKey & { readonly kid: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
}
