import type { EpochSeconds } from '../epoch-seconds.ts'
import type { ClientState, Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'

/** The flags of introspection (Authlete contract, section 2.8). */
export interface Standing {
  readonly existent: boolean
  readonly usable: boolean
  readonly sufficient: boolean
  readonly refreshable: boolean
}

export const NO_STANDING: Standing = { existent: false, usable: false, sufficient: false, refreshable: false }

/** Expired is expired at the very second, whatever the table still holds (decision D35). */
export function expired(expiresAt: EpochSeconds, now: EpochSeconds): boolean {
  return now >= expiresAt
}

/** How the tokens of a grant stand. `sufficient` is for the caller to lower: nothing has been asked yet. */
export function standingAt(
  now: EpochSeconds,
  { accessExpiresAt, refresh }: Tokens,
  client: ClientState,
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

/** Where a service ends what it issued before. */
type CutOffs = Pick<Service, 'tokensNotBefore'>

/** Why nothing of this client that was issued then lives any more. `undefined`: nothing bars it. */
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
