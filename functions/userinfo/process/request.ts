import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import { type PresentedCertificate, readPresented } from '../../../shared/certificate/presented.ts'
import type { SentProof } from '../../../shared/dpop/proof.ts'
import { proofMembers, proofFromWebApi } from '../../../shared/possession/sent-proof.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'

/** A request to the userinfo endpoint (OpenID Connect Core section 5.3.1). */
export interface UserinfoRequest {
  readonly token: string
  readonly clientCertificate: PresentedCertificate
  /** `undefined` if no DPoP proof came with the token. */
  readonly proof: SentProof | undefined
}

export const UserinfoCall = lazyObject(() => ({
  token: z.optional(z.string()),
  clientCertificate: z.optional(z.string()),
  ...proofMembers(),
}))

/**
 * `/auth/userinfo` of the Web API (Authlete contract, section 2.12).
 *
 * @throws Refusal userinfo-token-missing, userinfo-proof-target-missing
 */
export function readUserinfo(call: z.infer<typeof UserinfoCall>): UserinfoRequest {
  const { token, clientCertificate, htm } = call
  if (token === undefined) throw new Refusal('userinfo-token-missing')
  const proof = proofFromWebApi(call)
  if (proof !== undefined && htm === undefined) throw new Refusal('userinfo-proof-target-missing')
  return { token, clientCertificate: readPresented(clientCertificate), proof }
}
