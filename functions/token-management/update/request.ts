import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import type { KeyThumbprint, Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { type EpochSeconds, toSeconds } from '../../../shared/epoch-seconds.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Property } from '../../../shared/store/grant.ts'
import { propertyMembers, readProperties } from '../../../shared/token/terms.ts'
import { flagMember, scopesMember } from '../../../shared/request/body.ts'
import { thumbprintMember } from '../../../shared/request/certificate-members.ts'
import { keyThumbprintMember, positiveMember, refuseNotOffered } from '../request.ts'

/** Members that are `undefined` change nothing. */
export interface TokenUpdateRequest {
  /** The token, if the request has it. The answer repeats it. */
  readonly accessToken: string | undefined
  /** The token or its identifier. */
  readonly named: string
  readonly accessTokenExpiresAt: EpochSeconds | undefined
  readonly refreshTokenExpiresAt: EpochSeconds | undefined
  readonly scopes: readonly string[] | undefined
  readonly properties: readonly Property[] | undefined
  /** The request has at most one of the two thumbprints. */
  readonly certificateThumbprint: Thumbprint | undefined
  readonly dpopKeyThumbprint: KeyThumbprint | undefined
  readonly accessTokenValueUpdated: boolean
}

export const UpdateCall = lazyObject(() => ({
  accessToken: z.optional(z.string()),
  accessTokenHash: z.optional(z.string()),
  tokenId: z.optional(z.string()),
  accessTokenExpiresAt: z.optional(positiveMember),
  refreshTokenExpiresAt: z.optional(positiveMember),
  scopes: z.optional(scopesMember),
  properties: propertyMembers().properties,
  certificateThumbprint: z.optional(thumbprintMember),
  dpopKeyThumbprint: z.optional(keyThumbprintMember),
  accessTokenValueUpdated: z.optional(flagMember),
  accessTokenPersistent: z.optional(flagMember),
}))

/** `/auth/token/update` (Authlete contract, section 2.7). @throws Refusal update-token-missing, member-refused */
export function readTokenUpdate(call: z.infer<typeof UpdateCall>): TokenUpdateRequest {
  refuseNotOffered(call, ['accessTokenPersistent'])
  const { accessToken, accessTokenHash, tokenId, scopes, certificateThumbprint, dpopKeyThumbprint } = call
  if (certificateThumbprint !== undefined && dpopKeyThumbprint !== undefined)
    throw new Refusal('update-thumbprints-combined')
  const named = accessToken ?? accessTokenHash ?? tokenId
  if (named === undefined) throw new Refusal('update-token-missing')
  return {
    accessToken,
    named,
    accessTokenExpiresAt: toSeconds(call.accessTokenExpiresAt),
    refreshTokenExpiresAt: toSeconds(call.refreshTokenExpiresAt),
    scopes: scopes && [...new Set(scopes)],
    properties: readProperties(call.properties),
    certificateThumbprint,
    dpopKeyThumbprint,
    accessTokenValueUpdated: call.accessTokenValueUpdated ?? false,
  }
}
