import { type SentProof, type VerifiedProof, verifyProof } from '../dpop/proof.ts'
import { PROOF_FAULTS, type ProofFault } from '../dpop/proof-faults.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, type RefusalFor, refusalFor } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import type { WebApiMembers } from '../web-api.ts'
import type { VerifiedNonce } from './nonce.ts'

/** The proof that came with a token, and the results of its verification. */
export interface ProofUse {
  readonly request: { readonly proof?: SentProof | undefined }
  /** It is `undefined` if no proof came. */
  readonly proof: VerifiedProof | ProofFault | undefined
  /** It is `undefined` if the proof needs no nonce. */
  readonly nonce: VerifiedNonce | undefined
  /** The JWS algorithms that a proof for the token may have. */
  readonly proofAlgorithms: readonly string[]
  /** The flags of the token, for a refusal. */
  readonly standing: WebApiMembers
}

/** Verifies that the proof matches its request and the token that it came with (RFC 9449 sections 4.3 and 7.1). */
export function verifyPresentedProof(
  sent: SentProof,
  accessToken: string,
  now: EpochSeconds,
  algorithms: readonly string[],
): VerifiedProof | ProofFault {
  return verifyProof({ ...sent, accessToken }, now, algorithms)
}

/** The faults that have a result code of their own. */
const FAULT_REASONS: Partial<
  Record<ProofFault, `resource-proof-${'algorithm-missing' | 'symmetric' | 'keyless'}`>
> = {
  'algorithm-missing': 'resource-proof-algorithm-missing',
  'algorithm-symmetric': 'resource-proof-symmetric',
  'key-missing': 'resource-proof-keyless',
}

/** The refusal of a proof that could not be verified. */
function refusalOfFault(fault: ProofFault, members: WebApiMembers) {
  // The message must not repeat what was sent.
  const named = fault === 'algorithm-symmetric' ? 'none or HMAC' : `${PROOF_FAULTS[fault]}.`
  return refusalFor(FAULT_REASONS[fault] ?? 'resource-proof-wrong', { named, members })
}

/** Gives a refusal a challenge of the scheme `DPoP`. @param algorithms of proofs */
export function challengeByDpop<Certain extends Reason>(
  { reason, options }: RefusalFor<Certain>,
  algorithms: readonly string[],
): RefusalFor<Certain> {
  return refusalFor(reason, { ...options, algs: algorithms.join(' ') })
}

/** @returns the refusal of a proof that could not be verified, or has the wrong nonce or none */
export function refusalOfProof({ proof, nonce, standing }: ProofUse) {
  if (typeof proof === 'string') return refusalOfFault(proof, standing)
  if (nonce?.isRight !== false) return undefined
  return refusalFor('resource-proof-nonce-wrong', { members: standing, dpopNonce: nonce.next })
}

/**
 * Uses the proof up, if the service has `dpopProofUsedOnce`. Each credential of the Web API may ask about a proof once. This must come
 * after every other check, so that a refused request uses up nothing.
 *
 * @returns the refusal if the proof was used before
 */
export async function usePresentedProof(
  { proof, proofAlgorithms, standing }: ProofUse,
  { service, store, caller }: Call,
) {
  if (typeof proof !== 'object' || !service.dpopProofUsedOnce) return undefined
  const credential = caller?.credential ?? 'authorizer'
  const isFirst = await store.proofs.useProof(service.apiKey, { ...proof, credential })
  return isFirst
    ? undefined
    : challengeByDpop(refusalFor('resource-proof-used', { members: standing }), proofAlgorithms)
}

/** The members of an explanation that show what the proof was compared with. */
export function proofDetails({ request, proof, nonce }: ProofUse) {
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

/** The key of a verified proof. */
export function proofKeyOf(proof: ProofUse['proof']): VerifiedProof['jkt'] | undefined {
  return typeof proof === 'object' ? proof.jkt : undefined
}
