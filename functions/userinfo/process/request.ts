import * as z from 'zod/mini'
import { type Presented, present } from '../../../shared/certificate/presented.ts'
import { flagMember } from '../../../shared/request/body.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'

/** A request to the userinfo endpoint (OpenID Connect Core section 5.3.1). */
export interface UserinfoRequest {
  readonly token: string
  readonly clientCertificate: Presented
  /** `undefined`: no DPoP proof came with the token. */
  readonly proof: UserinfoProof | undefined
}

/** A DPoP proof, and the request that it must be for (RFC 9449 section 4.3). */
export interface UserinfoProof {
  readonly text: string
  readonly htm: string
  /** Absent: a URL of the metadata. */
  readonly htu: string | undefined
  /** Whether the caller demands a nonce. The service may demand one, too. */
  readonly nonceRequired: boolean
}

export const UserinfoCall = z.object({
  token: z.optional(z.string()),
  clientCertificate: z.optional(z.string()),
  dpop: z.optional(z.string()),
  htm: z.optional(z.string()),
  htu: z.optional(z.string()),
  dpopNonceRequired: z.optional(flagMember),
})

/**
 * `/auth/userinfo` of the Web API (Authlete contract, section 2.12).
 *
 * @throws Refusal userinfo-token-missing, userinfo-proof-target-missing
 */
export function readUserinfo(call: z.infer<typeof UserinfoCall>): UserinfoRequest {
  const { token, clientCertificate, dpop, htm, htu, dpopNonceRequired: nonceRequired = false } = call
  if (token === undefined) throw new Refusal('userinfo-token-missing')
  const asked = { token, clientCertificate: present(clientCertificate) }
  // Java clients always write `htm` and `htu`: without a proof they mean nothing.
  if (dpop === undefined) return { ...asked, proof: undefined }
  if (htm === undefined) throw new Refusal('userinfo-proof-target-missing')
  return { ...asked, proof: { text: dpop, htm, htu, nonceRequired } }
}
