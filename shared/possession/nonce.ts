import type { Call } from '../runtime/call.ts'
import { isNonce, nonceAt } from '../dpop/nonce.ts'
import type { SentProof } from './sent-proof.ts'

export interface JudgedNonce {
  /** Whether the service has given it out within the last minutes. */
  readonly isRight: boolean
  /** The nonce for the next proof, which belongs into `DPoP-Nonce`. */
  readonly next: string
}

/** @returns `undefined` if no nonce is demanded */
export type JudgeNonce = (nonce: string | undefined, call: Call) => Promise<JudgedNonce | undefined>

/**
 * Judges the nonces of DPoP proofs where the service or the caller of the Web API demands them. Only there it reads the key of the
 * service.
 */
export function nonceJudge({ nonceRequired }: Pick<SentProof, 'nonceRequired'>): JudgeNonce {
  return async (nonce, call) =>
    nonceRequired || call.service.dpopNonceRequired ? judgeNonce(nonce, call) : undefined
}

/** RFC 9449 section 8. */
async function judgeNonce(nonce: string | undefined, { service, store, now }: Call): Promise<JudgedNonce> {
  const key = await store.proofs.findNonceKey(service.apiKey)
  return { isRight: nonce !== undefined && isNonce(nonce, now, key), next: nonceAt(now, key) }
}
