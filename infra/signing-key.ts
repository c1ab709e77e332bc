import { generateKeyPairSync } from 'node:crypto'
import type { SigningAlgorithm } from '../shared/certificate/jws-algorithms.ts'

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 3072 })

const GENERATORS = {
  ES256: () => ec('P-256'),
  ES384: () => ec('P-384'),
  PS256: rsa,
  RS256: rsa,
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const satisfies Record<SigningAlgorithm, unknown>

/** The algorithms of the keys that can be generated for a service. */
export const KEY_ALGORITHMS = Object.keys(GENERATORS) as SigningAlgorithm[]

/** Generates a signing key for a service. @returns it as public and private JWK */
export function newSigningKey(kid: string, alg: SigningAlgorithm) {
  const { publicKey, privateKey } = GENERATORS[alg]()
  const about = { kid, alg, use: 'sig' as const }
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), ...about }
  const privateJwk = { ...privateKey.export({ format: 'jwk' }), ...about }
  return { publicJwk, privateJwk }
}
