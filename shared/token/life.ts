import { readBinding } from '../certificate/binding.ts'
import type { PresentedCertificate } from '../certificate/presented.ts'
import { mustBeBound } from '../possession/token-binding.ts'
import type { Reason } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import type { RefreshMembers } from '../store/grant.ts'
import type { FoundToken } from './find-token.ts'
import { isBoundBeforeDate, isBoundToRevoked } from './revoked-certificate.ts'
import { isExpired, whyInvalid } from './standing.ts'

/** Whether a token is valid, or the first reason why it is not. */
export type Life = 'valid' | 'deleted' | 'locked' | 'cut-off' | 'revoked' | 'expired' | 'damaged' | 'unbound'

export const REASONS_OF_LIFE = {
  valid: undefined,
  deleted: 'token-client-deleted',
  locked: 'token-client-locked',
  'cut-off': 'token-cut-off',
  revoked: 'token-certificate-revoked',
  expired: 'token-expired',
  damaged: 'binding-damaged',
  unbound: 'token-unbound',
} as const satisfies Record<Life, Reason | undefined>

interface LifeOptions {
  /** Present if the token is the refresh token of the grant. */
  readonly refresh?: RefreshMembers | undefined
  /** The certificate of the request, or `note` to read that of the token. */
  readonly certificate: PresentedCertificate | 'note'
}

/**
 * Decides whether a token is valid, regardless of its presenter. The client exists, is not locked, and has not cut the token off. The
 * certificate that the token is bound to is not revoked. The token has not expired. Its binding can be read, because a damaged binding
 * must not make an unbound token. It is bound if a profile requires that.
 */
export async function lifeOf(
  { grant, client }: FoundToken,
  call: Call,
  { refresh, certificate }: LifeOptions,
): Promise<Life> {
  const { service, now } = call
  const [issuedAt, expiresAt] =
    refresh === undefined
      ? [grant.accessIssuedAt, grant.accessExpiresAt]
      : [refresh.refreshIssuedAt, refresh.refreshExpiresAt]
  const invalid = whyInvalid(client, service, issuedAt)
  if (invalid !== undefined) return invalid
  if (isBoundToRevoked(client, grant.binding)) return 'revoked'
  if (await isBoundBeforeDate(grant, certificate, call)) return 'revoked'
  if (isExpired(expiresAt, now)) return 'expired'
  const binding = readBinding(grant.binding)
  if (binding === 'damaged') return 'damaged'
  return binding === 'none' && (await mustBeBound(grant, call)) ? 'unbound' : 'valid'
}
