import type { SentProof, VerifiedProof } from '../dpop/proof.ts'
import { PROOF_FAULTS, type ProofFault } from '../dpop/proof-faults.ts'
import { ALGORITHMS } from '../certificate/jws-algorithms.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, type RefusalFor, refusalFor } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import type { WebApiMembers } from '../web-api.ts'
import type { VerifiedNonce } from './nonce.ts'

/** The proof that came with a token, and what its verification has found. */
interface Outcome {
  readonly request: { readonly proof?: SentProof | undefined }
  /** `undefined`: no proof came. */
  readonly proof: VerifiedProof | ProofFault | undefined
  /** `undefined`: the proof needs no nonce. */
  readonly nonce: VerifiedNonce | undefined
  /** The flags of the token, for a refusal. */
  readonly standing: WebApiMembers
}

/** Verifies the proof for its request and for the token that it came with (RFC 9449 sections 4.3 and 7.1). */
export async function verifyPresentedProof(
  sent: SentProof,
  accessToken: string,
  now: EpochSeconds,
): Promise<VerifiedProof | ProofFault> {
  // Requests without a proof do not load it.
  const { verifyProof } = await import('../dpop/proof.ts')
  return verifyProof({ ...sent, accessToken }, now)
}

/** Faults that have a result code of their own. */
const FAULT_REASONS: Partial<
  Record<ProofFault, `resource-proof-${'algorithm-missing' | 'symmetric' | 'keyless'}`>
> = {
  'algorithm-missing': 'resource-proof-algorithm-missing',
  'algorithm-symmetric': 'resource-proof-symmetric',
  'key-missing': 'resource-proof-keyless',
}

/** The refusal of a proof that is wrong in itself. */
function refusalOfFault(fault: ProofFault, members: WebApiMembers) {
  // Never the value that was sent.
  const named = fault === 'algorithm-symmetric' ? 'none or HMAC' : `${PROOF_FAULTS[fault]}.`
  return refusalFor(FAULT_REASONS[fault] ?? 'resource-proof-wrong', { named, members })
}

/** The same refusal with a challenge of the scheme `DPoP`. */
export function challengedByDpop<Certain extends Reason>({
  reason,
  options,
}: RefusalFor<Certain>): RefusalFor<Certain> {
  return refusalFor(reason, { ...options, algs: [...ALGORITHMS.keys()].join(' ') })
}

/** @returns the refusal of a proof that is wrong in itself, or lacks its nonce */
export function refusalOfProof({ proof, nonce, standing }: Outcome) {
  if (typeof proof === 'string') return refusalOfFault(proof, standing)
  if (nonce?.isRight !== false) return undefined
  return refusalFor('resource-proof-nonce-wrong', { members: standing, dpopNonce: nonce.next })
}

/**
 * With `dpopProofUsedOnce` a proof passes once for each credential that asks. This comes after every other check, so a refused request
 * uses up nothing.
 *
 * @returns the refusal if it has been used
 */
export async function usePresentedProof({ proof, standing }: Outcome, { service, store, caller }: Call) {
  if (typeof proof !== 'object' || !service.dpopProofUsedOnce) return undefined
  const askedBy = caller?.credential ?? 'authorizer'
  const isFirst = await store.proofs.useProof(service.apiKey, { ...proof, askedBy })
  return isFirst ? undefined : challengedByDpop(refusalFor('resource-proof-used', { members: standing }))
}

/** For an explanation: what the proof was compared with. */
export function proofDetails({ request, proof, nonce }: Outcome) {
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
export function keyOf(proof: Outcome['proof']): VerifiedProof['jkt'] | undefined {
  return typeof proof === 'object' ? proof.jkt : undefined
}
