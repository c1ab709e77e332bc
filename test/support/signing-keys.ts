import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import type { SigningAlgorithm } from '../../shared/certificate/jws-algorithms.ts'

const PAIRS = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const satisfies Record<SigningAlgorithm, unknown>

/** A fresh signing key of a service: as it is given to the management API, and as it is published. */
export function newSigningKey(kid: string, alg: SigningAlgorithm) {
  const { privateKey, publicKey } = PAIRS[alg]()
  const about = { kid, alg, use: 'sig' } as const
  return {
    privateKey,
    publicKey,
    own: { ...privateKey.export({ format: 'jwk' }), ...about } satisfies JsonWebKey,
    open: { ...publicKey.export({ format: 'jwk' }), ...about } satisfies JsonWebKey,
  }
}

/** The member of a service by which its keys are set. */
export const keySet = (...keys: readonly object[]) => ({ jwks: JSON.stringify({ keys }) })
