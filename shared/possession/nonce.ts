import { isNonce, nonceAt } from '../dpop/nonce.ts'
import type { SentProof, VerifiedProof } from '../dpop/proof.ts'
import type { Call } from '../runtime/call.ts'

/** The result of verifying the nonce of a proof. */
export interface VerifiedNonce {
  /** Whether the service issued the nonce within the last minutes. */
  readonly isRight: boolean
  /** The nonce for the next proof, for the header `DPoP-Nonce`. */
  readonly next: string
}

/**
 * Verifies the nonce of a proof if the service or the caller of the Web API requires one. Otherwise it reads nothing.
 *
 * @returns `undefined` if no nonce is required
 * @see RFC 9449 section 8
 */
export async function verifyNonce(
  { nonceRequired }: SentProof,
  { nonce }: VerifiedProof,
  { service, store, now }: Call,
): Promise<VerifiedNonce | undefined> {
  if (nonceRequired !== true && !service.dpopNonceRequired) return undefined
  const key = await store.proofs.findNonceKey(service.apiKey)
  return { isRight: nonce !== undefined && isNonce(nonce, now, key), next: nonceAt(now, key) }
}
