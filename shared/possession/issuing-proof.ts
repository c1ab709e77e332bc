import { type SentProof, verifyProof } from '../dpop/proof.ts'
import { PROOF_FAULTS } from '../dpop/proof-faults.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import type { Client } from '../store/client.ts'
import { OneTimeProof } from '../store/one-time-proof.ts'
import { settingsOf } from '../store/profile.ts'
import { verifyNonce } from './nonce.ts'
import { type PublishedUrls, withUrls } from './sent-proof.ts'
import { requiredBinding } from './token-binding.ts'

const NO_PROOF = new OneTimeProof()

/**
 * Verifies the DPoP proof of a request to the token endpoint or to the endpoint for pushed requests. The client must have been
 * authenticated. Without a proof it reads nothing.
 *
 * @param published the URLs of the endpoint in the metadata
 * @returns the proof for the transition of the grant, which refuses it with dpop-used if it was used before
 * @throws Refusal dpop-certificate-required, dpop-proof-wrong, dpop-nonce-wrong
 * @see RFC 9449 sections 4.3, 5 and 8
 */
export async function verifyIssuingProof(
  sent: SentProof | undefined,
  published: PublishedUrls,
  client: Client,
  call: Call,
): Promise<OneTimeProof> {
  if (sent === undefined) return NO_PROOF
  const { service, store, now } = call
  if (requiredBinding(service, client) === 'certificate') throw new Refusal('dpop-certificate-required')
  const { algorithms } = settingsOf(service, client)
  const proof = verifyProof(withUrls(sent, published, service), now, algorithms)
  if (typeof proof === 'string') throw new Refusal('dpop-proof-wrong', { named: PROOF_FAULTS[proof] })
  const nonce = await verifyNonce(sent, proof, call)
  if (nonce?.isRight === false) throw new Refusal('dpop-nonce-wrong', { dpopNonce: nonce.next })
  return new OneTimeProof(proof.jkt, nonce?.next, async () => {
    if (!(await store.proofs.useProof(service.apiKey, proof))) throw new Refusal('dpop-used')
  })
}
