import { readBinding } from '../certificate/binding.ts'
import { mustBeBound } from '../possession/token-binding.ts'
import type { Reason } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import type { RefreshMembers } from '../store/grant.ts'
import type { FoundToken } from './find-token.ts'
import { expired, whyInvalid } from './standing.ts'

/** Whether a token lives, or the first reason why it does not. */
export type Life = 'lives' | 'deleted' | 'locked' | 'cut-off' | 'expired' | 'damaged' | 'unbound'

export const REASONS_OF_LIFE = {
  lives: undefined,
  deleted: 'token-client-deleted',
  locked: 'token-client-locked',
  'cut-off': 'token-cut-off',
  expired: 'token-expired',
  damaged: 'binding-damaged',
  unbound: 'token-unbound',
} as const satisfies Record<Life, Reason | undefined>

/**
 * Decides whether a token lives, regardless of its presenter. Its client exists, is not locked, and has not cut the token off; it has
 * not expired; its binding can be read, because a damaged one must not count as none; and it is bound where a profile requires that.
 *
 * @param refresh if the token is the refresh token of its grant
 */
export async function lifeOf(
  { grant, client }: FoundToken,
  call: Call,
  refresh?: RefreshMembers,
): Promise<Life> {
  const { service, now } = call
  const [issuedAt, expiresAt] =
    refresh === undefined
      ? [grant.accessIssuedAt, grant.accessExpiresAt]
      : [refresh.refreshIssuedAt, refresh.refreshExpiresAt]
  const invalid = whyInvalid(client, service, issuedAt)
  if (invalid !== undefined) return invalid
  if (expired(expiresAt, now)) return 'expired'
  const binding = readBinding(grant.binding)
  if (binding === 'damaged') return 'damaged'
  return binding === 'none' && (await mustBeBound(grant, call)) ? 'unbound' : 'lives'
}
