import type { Call } from '../call.ts'
import { isNonce, nonceAt } from '../dpop/nonce.ts'

export interface JudgedNonce {
  /** Whether the service has given it out within the last minutes. */
  readonly isRight: boolean
  /** The nonce for the next proof, which belongs into `DPoP-Nonce`. */
  readonly next: string
}

/** Judges the nonce of a DPoP proof (RFC 9449 section 8). Only where nonces are required: it reads the key of the service. */
export async function judgeNonce(
  nonce: string | undefined,
  { service, store, random, now }: Call,
): Promise<JudgedNonce> {
  const key = await store.proofs.nonceKey(service.apiKey, random)
  return { isRight: nonce !== undefined && isNonce(nonce, now, key), next: nonceAt(now, key) }
}
