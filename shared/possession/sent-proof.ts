import * as z from 'zod/mini'
import type { SentProof } from '../dpop/proof.ts'
import type { HttpRequest } from '../http.ts'
import { flagMember } from '../request/body.ts'
import type { Service } from '../store/service.ts'

const SCHEME = /(?:^|,)\s*dpop(?:[\s,]|$)/i

/** Whether a request has a token with the scheme `DPoP` (RFC 9449 section 7.1). Such a token does not authenticate a client. */
export function usesDpopScheme(headers: HttpRequest['headers']): boolean {
  return (headers.get('authorization') ?? []).some((value) => SCHEME.test(value))
}

/**
 * Whether a request has a DPoP proof, or a token with the scheme `DPoP` (RFC 9449 sections 4.1 and 7.1). Where DPoP is not offered, a
 * client that asks for a token that is bound to its key must not get an unbound one.
 */
export function usesDpop(headers: HttpRequest['headers']): boolean {
  return headers.has('dpop') || usesDpopScheme(headers)
}

/** A request must not have two proofs (RFC 9449 section 4.3). Two headers are joined to one text, which cannot be verified. */
export function proofFromHttp({ headers, method, onMtlsDomain }: HttpRequest): SentProof | undefined {
  const values = headers.get('dpop')
  return values && { text: values.join(', '), htm: method, htu: [], onMtlsDomain }
}

/** The members of a call that `proofFromWebApi` reads. Empty members count as absent. */
export const proofMembers = () => ({
  dpop: z.optional(z.string()),
  htm: z.optional(z.string()),
  htu: z.optional(z.string()),
  dpopNonceRequired: z.optional(flagMember),
})

/** Without a proof `htm` and `htu` are ignored, because clients in Java always send them. */
export function proofFromWebApi({
  dpop: text,
  htm = 'POST',
  htu,
  dpopNonceRequired: nonceRequired = false,
}: z.infer<z.ZodMiniObject<ReturnType<typeof proofMembers>>>): SentProof | undefined {
  return text === undefined ? undefined : { text, htm, htu: htu === undefined ? [] : [htu], nonceRequired }
}

/**
 * The proof with the URLs that it must be for (RFC 9449 section 4.3, check 9): that of the caller of the Web API, or the published ones. On the
 * OAuth face the domain of the request chooses one of these, and no header does.
 */
export function withUrls(sent: SentProof, published: PublishedUrls, service: Service): SentProof {
  return sent.htu.length === 0 ? { ...sent, htu: published(service, sent.onMtlsDomain) } : sent
}

export type PublishedUrls = (service: Service, onMtlsDomain?: boolean) => readonly string[]
