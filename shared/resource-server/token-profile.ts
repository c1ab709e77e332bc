import { parseScope } from '../request/scope.ts'
import type { AccessToken, ExpectedClaims, TokenClaims } from './access-token.ts'
import { requireMembers } from './option-members.ts'
import { RequestRefusal } from './request-refusal.ts'

const CLIENT_CLAIMS = ['client_id', 'azp', 'appid', 'cid'] as const
const SCOPE_CLAIMS = ['scope', 'scp', 'roles', 'permissions'] as const

/** Where the tokens of an issuer have the client and the scopes. */
export interface ClaimNames {
  readonly client: 'client_id' | 'azp' | 'appid' | 'cid'
  /** Each claim is text with spaces, or an array of texts. Their values together are the scopes of the token. */
  readonly scopes: readonly ('scope' | 'scp' | 'roles' | 'permissions')[]
}

/** How an issuer writes its JWT access tokens. */
export type ProfileOptions =
  | { readonly profile?: 'rfc9068'; readonly claims?: never; readonly scopelessTokens?: never }
  | {
      /** This is for issuers without RFC 9068. They may write ID tokens in the same form, so more is checked. */
      readonly profile: 'jwt'
      readonly claims: ClaimNames
      /** Whether tokens without scopes are allowed. Most ID tokens have none, so the default is `refused`. */
      readonly scopelessTokens?: 'refused' | 'allowed'
    }

/** The rules of a profile. */
export interface TokenProfile {
  /** The accepted values of `typ` in lower case, without the prefix `application/` (RFC 7515 section 4.1.9). */
  readonly types: readonly (string | undefined)[]
  /** The claims that every token has, besides `iss` and `aud`. All but `exp` and `iat` are text. */
  readonly required: readonly string[]
  readonly client: ClaimNames['client']
  readonly scopes: ClaimNames['scopes']
  /** @throws RequestRefusal for claims that an access token does not have */
  readonly requireAccessToken: (claims: TokenClaims, scopes: readonly string[]) => void
}

/** RFC 9068 sections 2.1 and 2.2. Its `typ` distinguishes access tokens from ID tokens. Introspection has the same names. */
export const RFC_9068: TokenProfile = {
  types: ['at+jwt'],
  required: ['exp', 'iat', 'sub', 'client_id', 'jti'],
  client: 'client_id',
  scopes: ['scope'],
  requireAccessToken: () => undefined,
}

/** @throws TypeError for options that cannot work */
export function tokenProfile(options: ProfileOptions): TokenProfile {
  if (options.profile !== 'jwt') {
    const { profile = 'rfc9068', claims, scopelessTokens }: Readonly<Record<string, unknown>> = { ...options }
    if (profile !== 'rfc9068') throw new TypeError('profile must be rfc9068 or jwt')
    if (claims !== undefined || scopelessTokens !== undefined)
      throw new TypeError('claims and scopelessTokens need the profile jwt')
    return RFC_9068
  }
  const { claims: names, scopelessTokens = 'refused' } = options
  requireMembers('claims', names, { client: 'text', scopes: 'texts' })
  if (!CLIENT_CLAIMS.includes(names.client))
    throw new TypeError(`claims.client must be one of ${CLIENT_CLAIMS.join(', ')}`)
  if (names.scopes.length === 0 || !names.scopes.every((name) => SCOPE_CLAIMS.includes(name)))
    throw new TypeError(`claims.scopes must be some of ${SCOPE_CLAIMS.join(', ')}`)
  return {
    ...names,
    // Okta writes no `typ`.
    types: ['jwt', 'at+jwt', undefined],
    required: ['exp', 'iat', names.client],
    requireAccessToken: (claims, scopes) => {
      const clientId = claims[names.client]
      const mark = idTokenMark(claims, clientId)
      if (mark !== undefined) throw new RequestRefusal('id-token', { clientId, fault: mark })
      if (scopes.length === 0 && scopelessTokens !== 'allowed')
        throw new RequestRefusal('scopes-missing', { clientId, expected: names.scopes.join(' ') })
    },
  }
}

/**
 * The sign by which claims are those of an ID token: OpenID Connect's hashes, the `typ` that Keycloak writes beside the claims, or an
 * `aud` that is the client of the token. `nonce` is not such a sign, because older access tokens of Keycloak have it.
 */
function idTokenMark(claims: TokenClaims, clientId: unknown): string | undefined {
  const hash = ['at_hash', 'c_hash'].find((name) => Object.hasOwn(claims, name))
  if (hash !== undefined) return `it has ${hash}`
  if (Object.hasOwn(claims, 'typ') && !/^(bearer|dpop)$/i.test(String(claims['typ'])))
    return 'its claim typ is neither Bearer nor DPoP'
  return [claims['aud']].flat().includes(clientId) ? 'its aud is its own client' : undefined
}

/**
 * Makes an access token of claims that the issuer has signed or returned. Nobody can change it.
 *
 * @throws RequestRefusal issuer-wrong, audience-wrong, claim-wrong, id-token, scopes-missing
 */
export function accessTokenOf(
  claims: TokenClaims,
  { issuer, audience }: ExpectedClaims,
  profile: TokenProfile,
): AccessToken {
  const { iss, aud, sub, [profile.client]: clientId } = claims
  if (typeof clientId !== 'string') throw new RequestRefusal('claim-wrong', { expected: profile.client })
  if (iss !== issuer) throw new RequestRefusal('issuer-wrong', { clientId, expected: issuer, actual: iss })
  if (![aud].flat().includes(audience)) {
    const fault = profile === RFC_9068 ? undefined : KEYCLOAK_AUDIENCE
    throw new RequestRefusal('audience-wrong', { clientId, expected: audience, actual: aud, fault })
  }
  const scopes = [...new Set(profile.scopes.flatMap((name) => scopesIn(name, claims[name])))]
  profile.requireAccessToken(claims, scopes)
  return frozen({ issuer, clientId, subject: typeof sub === 'string' ? sub : undefined, scopes, claims })
}

/** A token may be kept, and the server gets it again with the next request: a change of it would change what this request may do. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(frozen)
  return Object.freeze(value)
}

const KEYCLOAK_AUDIENCE =
  'Keycloak writes this audience only with a mapper of the type Audience (oidc-audience-mapper) in a client scope of the client'

/** `scope` is text (RFC 9068 section 2.2.3). A malformed text counts as no scope, and so does each malformed element of an array. */
function scopesIn(name: string, value: unknown): readonly string[] {
  const isList = Array.isArray(value) && name !== 'scope'
  const texts = isList ? value.filter((each) => !String(each).includes(' ')) : [value]
  return texts.flatMap((text) => {
    const scopes = typeof text === 'string' ? parseScope(text) : 'malformed'
    return scopes === 'malformed' ? [] : scopes
  })
}
