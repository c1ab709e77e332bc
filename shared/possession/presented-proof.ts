import { faultText } from '../dpop/fault-text.ts'
import type { Proof, ProofFault } from '../dpop/proof.ts'
import { ALGORITHMS } from '../certificate/jws-algorithms.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { JudgedNonce, JudgeNonce } from './nonce.ts'
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

/** `undefined`: no proof came. */
export type ReadProof = Proof | ProofFault | undefined

interface ProofOfRequest {
  readonly request: { readonly proof?: PresentedProof | undefined }
  readonly proof: ReadProof
  /** `undefined`: the proof needs no nonce. */
  readonly nonce: JudgedNonce | undefined
  /** The flags of the token, for a refusal. */
  readonly standing: WebApiMembers
}

/** Verifies the proof for its request and for the token that it came with (RFC 9449 sections 4.3 and 7.1). */
export async function readProof(
  { text, htm, htu }: PresentedProof,
  accessToken: string,
  now: EpochSeconds,
): Promise<Proof | ProofFault> {
  // Requests without a proof do not load it.
  const { verifyProof } = await import('../dpop/proof.ts')
  return verifyProof(text, { htm, htu, accessToken, now })
}

/** Faults that have a result code of their own. */
const FAULT_REASONS: Partial<Record<ProofFault, Reason>> = {
  'algorithm-missing': 'resource-proof-algorithm-missing',
  'key-missing': 'resource-proof-keyless',
}

/** The refusal of a proof that is wrong in itself. */
function proofRefusal(fault: ProofFault, members: WebApiMembers): Refusal {
  // Never the value that was sent.
  if (fault === 'algorithm-symmetric')
    return new Refusal('resource-proof-symmetric', { named: 'none or HMAC', members })
  const reason = FAULT_REASONS[fault]
  if (reason !== undefined) return new Refusal(reason, { members })
  return new Refusal('resource-proof-wrong', { named: `${faultText(fault)}.`, members })
}

/** The same refusal with a challenge of the scheme `DPoP`. */
export function challengedByDpop({ reason, options }: Refusal): Refusal {
  return new Refusal(reason, { ...options, algs: [...ALGORITHMS.keys()].join(' ') })
}

/** @returns the refusal of a proof that is wrong in itself, or lacks its nonce */
export function judgeProof({ proof, nonce, standing }: ProofOfRequest): Refusal | undefined {
  if (typeof proof === 'string') return proofRefusal(proof, standing)
  if (nonce?.isRight !== false) return undefined
  return new Refusal('resource-proof-nonce-wrong', { members: standing, dpopNonce: nonce.next })
}

/** For an explanation: what the proof was compared with. */
export function proofDetails({ request, proof, nonce }: ProofOfRequest) {
  if (proof === undefined) return { proof: 'ABSENT' as const }
  const required = { requiredHtm: request.proof?.htm, requiredHtu: request.proof?.htu.join(' ') }
  if (typeof proof === 'string') return { proof: 'WRONG' as const, proofFault: proof, ...required }
  return {
    proof: 'VERIFIED' as const,
    proofKeyThumbprint: proof.jkt,
    nonceRight: nonce?.isRight,
    ...required,
  }
}

/** The key of a right proof. */
export function verified(proof: ReadProof): Proof | undefined {
  return typeof proof === 'string' ? undefined : proof
}
