import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { findAccessToken, findRefreshFamily } from '../../shared/token/find-token.ts'
import { barred, expired } from '../../shared/token/standing.ts'
import { keyOf, locateIdentifier, locateTokenId } from '../../shared/token/token-string.ts'
import type { ClientState, Tokens } from '../../shared/store/grant.ts'
import type { Grants } from '../../shared/store/grants.ts'
import type { Service } from '../../shared/store/service.ts'

export interface FoundGrant {
  readonly grant: Tokens
  readonly client: ClientState | undefined
}

/**
 * The grant of an access token, or that which its `tokenId` or its bare `jti` leads to. Identifiers prove nothing, so
 * they are for the management API alone.
 */
export async function findByAccessToken(
  grants: Grants,
  service: number,
  text: string,
): Promise<FoundGrant | undefined> {
  if (locateTokenId(text) === undefined && locateIdentifier(text) === undefined) {
    const found = await findAccessToken(grants, service, text)
    return typeof found === 'string' ? undefined : found
  }
  return findByIdentifier(grants, service, text)
}

/** The grant of a refresh token, also of one that was replaced, or that which its identifier leads to. */
export async function findByRefreshToken(
  grants: Grants,
  service: number,
  text: string,
): Promise<FoundGrant | undefined> {
  if (locateTokenId(text) === undefined) return findRefreshFamily(grants, service, text)
  const found = await findByIdentifier(grants, service, text)
  return found?.grant.refresh === undefined ? undefined : found
}

async function findByIdentifier(
  grants: Grants,
  service: number,
  text: string,
): Promise<FoundGrant | undefined> {
  const locator = locateTokenId(text) ?? locateIdentifier(text)
  if (locator === undefined) return undefined
  const { grant, client } = await grants.find(keyOf(service, locator))
  return grant?.stage === 'TOKENS' ? { grant, client } : undefined
}

/** Whether any token of the grant still is one. Those of a locked client are: they come back with it. */
export function lives({ grant, client }: FoundGrant, service: Service, now: EpochSeconds): boolean {
  const { refresh } = grant
  const isOver = (issuedAt: EpochSeconds, expiresAt: EpochSeconds) => {
    const bar = barred(client, service, issuedAt)
    return expired(expiresAt, now) || bar === 'deleted' || bar === 'cut-off'
  }
  return (
    !isOver(grant.accessIssuedAt, grant.accessExpiresAt) ||
    (refresh !== undefined && !isOver(refresh.refreshIssuedAt, refresh.refreshExpiresAt))
  )
}
