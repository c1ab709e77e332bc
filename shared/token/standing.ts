import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { ClientState, Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import { isBoundToRevoked } from './revoked-certificate.ts'

export const NO_STANDING = { existent: false, usable: false, sufficient: false, refreshable: false }

/** The flags of introspection (Authlete contract, section 2.8). */
export type Standing = Readonly<typeof NO_STANDING>

/** A token has expired when the second `expiresAt` begins, even if it is still stored (decision D35). */
export function isExpired(expiresAt: EpochSeconds, now: EpochSeconds): boolean {
  return now >= expiresAt
}

/** The flags of a grant's tokens. `sufficient` is always true, because the caller checks the scopes. */
export function standingAt(
  now: EpochSeconds,
  { accessExpiresAt, refresh, binding }: Tokens,
  client: ClientState | undefined,
  service: CutOffs,
): Standing {
  return {
    existent: true,
    usable: !isExpired(accessExpiresAt, now),
    sufficient: true,
    refreshable:
      refresh !== undefined &&
      !isExpired(refresh.refreshExpiresAt, now) &&
      !isBoundToRevoked(client, binding) &&
      whyInvalid(client, service, refresh.refreshIssuedAt) === undefined,
  }
}

type CutOffs = Pick<Service, 'tokensNotBefore'>

/** The reason why the client's tokens, codes and tickets of the time `issuedAt` are invalid, or `undefined` if they are valid. */
export function whyInvalid(
  client: ClientState | undefined,
  { tokensNotBefore }: CutOffs,
  issuedAt: EpochSeconds,
): 'deleted' | 'locked' | 'cut-off' | undefined {
  if (client === undefined) return 'deleted'
  if (client.locked) return 'locked'
  const isCutOff =
    issuedAt < client.notBefore || (tokensNotBefore !== undefined && issuedAt < tokensNotBefore)
  return isCutOff ? 'cut-off' : undefined
}

/** Refuses tokens, codes and tickets that `whyInvalid` finds invalid. @throws Refusal of `reasons` */
export function refuseInvalid(
  client: ClientState | undefined,
  service: CutOffs,
  issuedAt: EpochSeconds,
  reasons: Readonly<Record<NonNullable<ReturnType<typeof whyInvalid>>, Reason>>,
): asserts client is ClientState {
  const invalid = whyInvalid(client, service, issuedAt)
  if (invalid !== undefined) throw new Refusal(reasons[invalid])
}

/**
 * Whether the grant has a live token. Tokens of a locked client, or of a revoked certificate, count as live: unlocking,
 * or lifting a hold, makes them valid again.
 */
export function isLive(
  { grant, client }: { readonly grant: Tokens; readonly client: ClientState | undefined },
  { service, now }: { readonly service: CutOffs; readonly now: EpochSeconds },
): boolean {
  const { refresh } = grant
  const isOver = (issuedAt: EpochSeconds, expiresAt: EpochSeconds) => {
    const invalid = whyInvalid(client, service, issuedAt)
    return isExpired(expiresAt, now) || invalid === 'deleted' || invalid === 'cut-off'
  }
  return (
    !isOver(grant.accessIssuedAt, grant.accessExpiresAt) ||
    (refresh !== undefined && !isOver(refresh.refreshIssuedAt, refresh.refreshExpiresAt))
  )
}
