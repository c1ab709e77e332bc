import * as z from 'zod/mini'
import type { HttpRequest } from '../http.ts'
import { flagMember } from '../request/body.ts'

const SCHEME = /(?:^|,)\s*dpop(?:[\s,]|$)/i

/** Whether a request has a token by the scheme `DPoP` (RFC 9449 section 7.1). That is no client authentication. */
export function usesDpopScheme(headers: HttpRequest['headers']): boolean {
  return (headers.get('authorization') ?? []).some((value) => SCHEME.test(value))
}

/**
 * Whether a request has a DPoP proof, or a token by the scheme `DPoP` (RFC 9449 sections 4.1 and 7.1). Where DPoP is not offered, a
 * client that asks for a token which is bound to its key must not get another one.
 */
export function usesDpop(headers: HttpRequest['headers']): boolean {
  return headers.has('dpop') || usesDpopScheme(headers)
}

/** A DPoP proof as it was sent to an endpoint that issues tokens. Nothing in it has been verified. */
export interface SentProof {
  readonly text: string
  /** The method of the request that it came with. */
  readonly htm: string
  /** The URL of this request, if the caller of the Web API names it. Absent: those that the metadata publishes. */
  readonly htu: string | undefined
  /** The caller of the Web API demands a nonce, also if the service does not. */
  readonly nonceRequired: boolean
}

/** Two headers are joined to one text, which is no proof: a request has at most one (RFC 9449 section 4.3). */
export function proofFromHttp({ headers, method }: HttpRequest): SentProof | undefined {
  const values = headers.get('dpop')
  return values && { text: values.join(', '), htm: method, htu: undefined, nonceRequired: false }
}

/** The members of a call that `proofFromWebApi` reads. Empty ones are absent. */
export const PROOF_MEMBERS = {
  dpop: z.optional(z.string()),
  htm: z.optional(z.string()),
  htu: z.optional(z.string()),
  dpopNonceRequired: z.optional(flagMember),
}

/** Clients in Java write `htm` and `htu` always; without a proof they mean nothing. */
export function proofFromWebApi({
  dpop: text,
  htm = 'POST',
  htu,
  dpopNonceRequired: nonceRequired = false,
}: z.infer<z.ZodMiniObject<typeof PROOF_MEMBERS>>): SentProof | undefined {
  return text === undefined ? undefined : { text, htm, htu, nonceRequired }
}
