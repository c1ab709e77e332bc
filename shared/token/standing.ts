import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { ClientState, Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'

export const NO_STANDING = { existent: false, usable: false, sufficient: false, refreshable: false }

/** The flags of introspection (Authlete contract, section 2.8). */
export type Standing = Readonly<typeof NO_STANDING>

/** A token is expired from the second `expiresAt` on, even if it is still stored (decision D35). */
export function expired(expiresAt: EpochSeconds, now: EpochSeconds): boolean {
  return now >= expiresAt
}

/** The flags of a grant's tokens. `sufficient` is true: the caller judges the scopes. */
export function standingAt(
  now: EpochSeconds,
  { accessExpiresAt, refresh }: Tokens,
  client: ClientState | undefined,
  service: CutOffs,
): Standing {
  return {
    existent: true,
    usable: !expired(accessExpiresAt, now),
    sufficient: true,
    refreshable:
      refresh !== undefined &&
      !expired(refresh.refreshExpiresAt, now) &&
      whyInvalid(client, service, refresh.refreshIssuedAt) === undefined,
  }
}

type CutOffs = Pick<Service, 'tokensNotBefore'>

/** Why the client's tokens, codes and tickets of the time `issuedAt` are invalid. `undefined`: they are not. */
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
