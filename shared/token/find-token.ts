import type { Thumbprint } from '../certificate/thumbprint.ts'
import type { ClientState, RefreshMembers, Tokens } from '../store/grant.ts'
import type { TokenDigest } from '../store/digest.ts'
import type { Call } from '../runtime/call.ts'
import { type NoIdentifier, readIdentifier } from './jwt-identifier.ts'
import { keyOf, locateIdentifier, locateOpaque, locateRefreshToken, type Locator } from './token-string.ts'
import { digest } from '../store/digest.ts'
import { isSameText } from '../constant-time.ts'

/** Our tokens are never longer (decision D29). */
export const MAX_TOKEN_LENGTH = 8192

export interface FoundToken {
  readonly grant: Tokens
  readonly client: ClientState | undefined
  /** The state of the client that makes the request, if a client does. */
  readonly caller: ClientState | undefined
  /** Only JWTs have one. */
  readonly jti?: string
}

export interface FoundRefreshToken extends FoundToken {
  readonly refresh: RefreshMembers
}

export type NotAnAccessToken = 'token-unknown' | NoIdentifier

/**
 * Finds the grant of an access token, opaque or JWT, with one read. The `jti` of a JWT only locates the grant: the digest of the
 * whole string is the proof. A string that cannot be a token causes no read.
 */
export async function findAccessToken(
  token: string,
  call: Call,
  caller?: number,
): Promise<FoundToken | NotAnAccessToken> {
  const place = locateAccessToken(token)
  if (typeof place === 'string') return place
  const found = await call.store.grants.find(keyOf(call.service.apiKey, place.locator), caller)
  if (found.grant?.stage !== 'TOKENS' || !proves(token, found.grant.accessDigest)) return 'token-unknown'
  const grant = await withOwnAlias(found.grant, call)
  return { ...found, grant, ...(place.jti === undefined ? {} : { jti: place.jti }) }
}

/** Another client may have taken the alias since the token was issued. Then only the number names the client. */
async function withOwnAlias(grant: Tokens, { service, store }: Call): Promise<Tokens> {
  const { client, clientIdAlias } = grant
  if (clientIdAlias === undefined) return grant
  const record = await store.registry.findClientByNumber(service.apiKey, client)
  return record?.clientIdAlias === clientIdAlias ? grant : { ...grant, clientIdAlias: undefined }
}

/** Finds the grant of a current refresh token. */
export async function findRefreshToken(
  token: string,
  call: Call,
  caller?: number,
): Promise<FoundRefreshToken | undefined> {
  const found = await findRefreshFamily(token, call, caller)
  return found !== undefined && proves(token, found.refresh.refreshDigest) ? found : undefined
}

/**
 * Finds the grant of a refresh token that may have been replaced. The family in the token is the proof.
 *
 * @param presented the certificate of the request. The state of the client then shows whether it is revoked, too
 */
export async function findRefreshFamily(
  token: string,
  { service, store }: Call,
  caller?: number,
  presented?: Thumbprint,
): Promise<FoundRefreshToken | undefined> {
  const locator = locateRefreshToken(token)
  if (locator === undefined) return undefined
  const found = await store.grants.find(keyOf(service.apiKey, locator), caller, presented)
  const { grant } = found
  if (grant?.stage !== 'TOKENS' || grant.refresh === undefined) return undefined
  if (!isSameText(digest(locator.family), grant.refresh.familyDigest)) return undefined
  return { ...found, grant, refresh: grant.refresh }
}

export function proves(token: string, stored: TokenDigest): boolean {
  return isSameText(digest(token), stored)
}

interface Place {
  readonly locator: Locator
  readonly jti?: string
}

function locateAccessToken(token: string): Place | NotAnAccessToken {
  if (token.length > MAX_TOKEN_LENGTH) return 'token-unknown'
  if (!token.includes('.')) {
    const locator = locateOpaque(token)
    return locator === undefined ? 'token-unknown' : { locator }
  }
  const identifier = readIdentifier(token)
  if (typeof identifier === 'string') return identifier
  const locator = locateIdentifier(identifier.jti)
  return locator === undefined ? 'token-unknown' : { locator, jti: identifier.jti }
}
