import { JWS_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { verifyProof } from '../dpop/proof.ts'
import { PROOF_FAULTS } from '../dpop/proof-faults.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { isBaseUrl, requestUrl } from '../resource-url.ts'

/**
 * The JWS algorithms that proofs may have.
 *
 * @throws TypeError for options that cannot work
 */
export function proofAlgorithms({
  publicUrl,
  dpopAlgorithms = [...JWS_ALGORITHMS.keys()],
}: {
  readonly publicUrl?: string
  readonly dpopAlgorithms?: readonly string[]
}): readonly string[] {
  if (publicUrl !== undefined && !isBaseUrl(publicUrl))
    throw new TypeError('publicUrl must be an https URL without a query, a fragment or a slash at its end')
  if (dpopAlgorithms.length > 0 && dpopAlgorithms.every((name) => JWS_ALGORITHMS.has(name)))
    return dpopAlgorithms
  throw new TypeError(`dpopAlgorithms must be some of ${[...JWS_ALGORITHMS.keys()].join(', ')}`)
}

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
