import { faultText } from '../dpop/fault-text.ts'
import { type Proof, type ProofFault, PROOF_ALGORITHMS, verifyProof } from '../dpop/proof.ts'
import type { Call } from '../call.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { JudgedNonce } from './dpop-nonce.ts'
import type { WebApiMembers } from '../web-api.ts'

/** A DPoP proof that came with a token, and the request to the protected resource that it must be for. */
export interface PresentedProof {
  /** The value of the one `DPoP` header. */
  readonly text: string
  readonly htm: string
  /** The URLs that the client was given for the request. */
  readonly htu: readonly string[]
  /** Judges its nonce if the service or the caller demands one. Absent: where no nonce can be given out. */
  readonly judgeNonce?: JudgeNonce
}

/** @returns `undefined` if no nonce is demanded */
export type JudgeNonce = (nonce: string | undefined, call: Call) => Promise<JudgedNonce | undefined>

/** `undefined`: no proof came. */
export type ReadProof = Proof | ProofFault | undefined

/** Verifies the proof for its request and for the token that it came with (RFC 9449 sections 4.3 and 7.1). */
export async function readProof(
  { text, htm, htu }: PresentedProof,
  accessToken: string,
  now: EpochSeconds,
): Promise<Proof | ProofFault> {
  return verifyProof(text, { htm, htu, accessToken, now })
}

/** Faults that have a result code of their own. */
const FAULT_REASONS: Partial<Record<ProofFault, Reason>> = {
  'algorithm-missing': 'resource-proof-algorithm-missing',
  'algorithm-symmetric': 'resource-proof-symmetric',
  'key-missing': 'resource-proof-keyless',
}

/** The refusal of a proof that is wrong in itself. */
export function proofRefusal(fault: ProofFault, members: WebApiMembers): Refusal {
  const reason = FAULT_REASONS[fault]
  if (reason === undefined) {
    return new Refusal('resource-proof-wrong', { members, named: `${faultText(fault)}.` })
  }
  // Never the value that was sent.
  return new Refusal(reason, { members, named: 'none or HMAC' })
}

/** The same refusal with a challenge of the scheme `DPoP`. */
export function challengedByDpop({ reason, options }: Refusal): Refusal {
  return new Refusal(reason, { ...options, algs: PROOF_ALGORITHMS.join(' ') })
}
