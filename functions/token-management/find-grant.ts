import { findAccessToken, findRefreshFamily } from '../../shared/token/find-token.ts'
import { isLive } from '../../shared/token/standing.ts'
import { keyOf, locateIdentifier, locateTokenId } from '../../shared/token/token-string.ts'
import type { ClientState, Tokens } from '../../shared/store/grant.ts'
import type { Call } from '../../shared/runtime/call.ts'
import { LOST, repeatWhileLost } from '../../shared/store/unavailable.ts'

export interface FoundGrant {
  readonly grant: Tokens
  readonly client: ClientState | undefined
}

/**
 * Finds the grant of an access token by the token, its `tokenId` or its `jti`. Only the management API may use the identifiers,
 * because they prove nothing.
 */
export async function findByAccessToken(text: string, call: Call): Promise<FoundGrant | undefined> {
  if (locateTokenId(text) === undefined && locateIdentifier(text) === undefined) {
    const found = await findAccessToken(text, call)
    return typeof found === 'string' ? undefined : found
  }
  return findByIdentifier(text, call)
}

/** Finds the grant of a refresh token by the token, which may have been replaced, or by its identifier. */
export async function findByRefreshToken(text: string, call: Call): Promise<FoundGrant | undefined> {
  if (locateTokenId(text) === undefined) return findRefreshFamily(text, call)
  const found = await findByIdentifier(text, call)
  return found?.grant.refresh === undefined ? undefined : found
}

async function findByIdentifier(text: string, { service, store }: Call): Promise<FoundGrant | undefined> {
  const locator = locateTokenId(text) ?? locateIdentifier(text)
  if (locator === undefined) return undefined
  const { grant, client } = await store.grants.find(keyOf(service.apiKey, locator))
  return grant?.stage === 'TOKENS' ? { grant, client } : undefined
}

/**
 * Changes a live grant. If another request has ended the grant or replaced its access token first, it reads the grant again.
 *
 * @returns `undefined` if the grant has ended
 */
export function changeGrant<Changed extends { readonly grant: Tokens }>(
  find: () => Promise<FoundGrant | undefined>,
  change: (grant: Tokens) => Promise<Changed> | Changed,
  call: Call,
): Promise<Changed | undefined> {
  return repeatWhileLost(async () => {
    const found = await find()
    if (found === undefined || !isLive(found, call)) return undefined
    const changed = await change(found.grant)
    return (await call.store.grants.change(found.grant, changed.grant)).done ? changed : LOST
  })
}

/** Replaces the scopes of the terms too; otherwise a refresh would bring the old scopes back. */
export function withScopes(grant: Tokens, scopes: readonly string[]): Tokens {
  return { ...grant, terms: { ...grant.terms, scopes }, accessScopes: scopes }
}
