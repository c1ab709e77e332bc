import { type Proof, type ProofFault, PROOF_ALGORITHMS, verifyProof } from '../dpop/proof.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { WebApiMembers } from '../web-api.ts'

/** A DPoP proof that came with a token, and the request to the protected resource that it must be for. */
export interface PresentedProof {
  /** The value of the one `DPoP` header. */
  readonly text: string
  readonly htm: string
  readonly htu: string
}

/** `undefined`: no proof came. */
export type ReadProof = Proof | ProofFault | undefined

/** Verifies the proof for its request and for the token that it came with (RFC 9449 sections 4.3 and 7.1). */
export async function readProof(
  { text, htm, htu }: PresentedProof,
  accessToken: string,
  now: EpochSeconds,
): Promise<Proof | ProofFault> {
  return verifyProof(text, { htm, htu: [htu], accessToken, now })
}

/** Faults that have a result code of their own. */
const FAULT_REASONS: Partial<Record<ProofFault, Reason>> = {
  'algorithm-missing': 'resource-proof-algorithm-missing',
  'algorithm-symmetric': 'resource-proof-symmetric',
  'key-missing': 'resource-proof-keyless',
}

/** What the message of all other faults says. */
const FAULT_TEXTS: Partial<Record<ProofFault, string>> = {
  'typ-wrong': "'typ' is wrong.",
  'algorithm-wrong': "'alg' is not supported.",
  'key-private': "'jwk' is not a public key.",
  'key-unknown': "'jwk' does not fit 'alg'.",
  'signature-wrong': 'the signature is wrong.',
  'jti-wrong': "'jti' is missing or malformed.",
  'htm-wrong': "'htm' is not the method of the request.",
  'htu-wrong': "'htu' is not the URL of the request.",
  'iat-wrong': "'iat' is missing or malformed.",
  'proof-old': "'iat' is too old.",
  'proof-future': "'iat' is in the future.",
  'ath-wrong': "'ath' is not the hash of the access token.",
  'nonce-malformed': "'nonce' is malformed.",
}

/** The refusal of a proof that is wrong in itself. */
export function proofRefusal(fault: ProofFault, members: WebApiMembers): Refusal {
  const reason = FAULT_REASONS[fault]
  if (reason === undefined) {
    return new Refusal('resource-proof-wrong', { members, named: FAULT_TEXTS[fault] ?? 'it is malformed.' })
  }
  // Never the value that was sent.
  return new Refusal(reason, { members, named: 'none or HMAC' })
}

/** The same refusal with a challenge of the scheme `DPoP`. */
export function challengedByDpop({ reason, options }: Refusal): Refusal {
  return new Refusal(reason, { ...options, algs: PROOF_ALGORITHMS.join(' ') })
}
