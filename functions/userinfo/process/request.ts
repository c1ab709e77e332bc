import * as z from 'zod/mini'
import { type Presented, present } from '../../../shared/certificate/presented.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'

/** A request to the userinfo endpoint (OpenID Connect Core section 5.3.1). */
export interface UserinfoRequest {
  readonly token: string
  readonly clientCertificate: Presented
}

export const UserinfoCall = z.object({
  token: z.optional(z.string()),
  clientCertificate: z.optional(z.string()),
  dpop: z.optional(z.unknown()),
})

/** `/auth/userinfo` of the Web API (Authlete contract, section 2.12). @throws Refusal dpop-not-offered, userinfo-token-missing */
export function readUserinfo({
  token,
  clientCertificate,
  dpop,
}: z.infer<typeof UserinfoCall>): UserinfoRequest {
  if (dpop !== undefined) throw new Refusal('dpop-not-offered')
  if (token === undefined) throw new Refusal('userinfo-token-missing')
  return { token, clientCertificate: present(clientCertificate) }
}
