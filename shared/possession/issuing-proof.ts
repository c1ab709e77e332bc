import type { Call } from '../runtime/call.ts'
import type { KeyThumbprint } from '../certificate/thumbprint.ts'
import { faultText } from '../dpop/fault-text.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { SentProof } from './sent-proof.ts'
import type { Client } from '../store/client.ts'
import { nonceJudge } from './nonce.ts'
import { bindingRequired } from './token-binding.ts'

/** A DPoP proof that is right for its request. */
export interface VerifiedProof {
  /** The thumbprint of its key. */
  readonly jkt: KeyThumbprint
  /** For the next proof. Only where nonces are required. */
  readonly nonce: string | undefined
  /**
   * Uses the proof up, at the first call only. It comes after every other check, so a refused request does not use it up.
   *
   * @throws Refusal dpop-used
   */
  readonly use: () => Promise<void>
}

/**
 * Verifies the DPoP proof of a request to the token endpoint or to the endpoint for pushed requests. The client is authenticated.
 * Without a proof it reads nothing, and the code that verifies proofs is not loaded.
 *
 * @param published the URLs of the endpoint as the metadata publish them; the caller of the Web API may name another one
 * @throws Refusal dpop-certificate-required, dpop-proof-wrong, dpop-nonce-wrong
 * @see RFC 9449 sections 4.3, 5 and 8
 */
export async function verifyIssuingProof(
  sent: SentProof | undefined,
  published: (service: Call['service']) => readonly string[],
  client: Client,
  call: Call,
): Promise<VerifiedProof | undefined> {
  if (sent === undefined) return undefined
  const { service, store, now } = call
  if (bindingRequired(service, client)) throw new Refusal('dpop-certificate-required')
  const { verifyProof } = await import('../dpop/proof.ts')
  const htu = sent.htu === undefined ? published(service) : [sent.htu]
  const proof = await verifyProof(sent.text, { htm: sent.htm, htu, now })
  if (typeof proof === 'string') throw new Refusal('dpop-proof-wrong', { named: faultText(proof) })
  const nonce = await nonceJudge(sent)(proof.nonce, call)
  if (nonce?.isRight === false) throw new Refusal('dpop-nonce-wrong', { dpopNonce: nonce.next })
  let first: Promise<boolean> | undefined
  return {
    jkt: proof.jkt,
    nonce: nonce?.next,
    use: async () => {
      first ??= store.proofs.useProof(service.apiKey, proof)
      if (!(await first)) throw new Refusal('dpop-used')
    },
  }
}
