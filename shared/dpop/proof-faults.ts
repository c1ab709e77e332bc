import type { JwsFault } from '../jws/signature.ts'

/** The faults of a proof, with their texts for messages. The texts repeat nothing of the proof. */
export const PROOF_FAULTS = {
  malformed: 'it is malformed',
  'crit-unknown': 'it is malformed',
  'kid-malformed': 'it is malformed',
  'typ-wrong': "'typ' must be dpop+jwt",
  'algorithm-missing': "'alg' is missing",
  'algorithm-symmetric': "'alg' must not be symmetric or none",
  'algorithm-wrong': "'alg' is not supported",
  'key-missing': "'jwk' is missing",
  'key-private': "'jwk' must be a public key",
  'key-unknown': "'jwk' does not fit 'alg'",
  'signature-wrong': 'the signature is wrong',
  'jti-wrong': "'jti' is missing or malformed",
  'htm-wrong': "'htm' is not the method of the request",
  'htu-wrong': "'htu' is not the URL of the request",
  'iat-wrong': "'iat' is missing or malformed",
  'proof-old': "'iat' is too old",
  'proof-future': "'iat' is in the future",
  'ath-wrong': "'ath' is not the hash of the access token",
  'nonce-malformed': "'nonce' is malformed",
} as const satisfies Record<JwsFault, string> & Record<string, string>

export type ProofFault = keyof typeof PROOF_FAULTS
