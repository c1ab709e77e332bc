import { verifyProof } from '../dpop/proof.ts'
import { PROOF_FAULTS } from '../dpop/proof-faults.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { requestUrl } from '../resource-url.ts'

/**
 * Verifies the DPoP proof for the request and the token that it came with (RFC 9449 section 4.3).
 *
 * @param publicUrl if it or the path is absent, no proof can be for this request
 * @returns `undefined` without a proof, or a description of the fault
 */
export function readProof(
  { token: accessToken, proof: text }: { readonly token: string; readonly proof: string | undefined },
  { method: htm = '', path }: { readonly method?: string | undefined; readonly path?: string | undefined },
  publicUrl: string | undefined,
  currentDate: Date,
  algorithms: readonly string[],
): { readonly jkt: string } | string | undefined {
  if (text === undefined) return undefined
  const url = publicUrl === undefined ? undefined : requestUrl(publicUrl, path)
  const now = Math.floor(currentDate.getTime() / 1000) as EpochSeconds
  const sent = { text, htm, htu: url === undefined ? [] : [url], accessToken }
  const proof = verifyProof(sent, now, algorithms)
  return typeof proof === 'string' ? PROOF_FAULTS[proof] : proof
}
