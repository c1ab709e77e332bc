import type { EpochSeconds } from '../epoch-seconds.ts'
import type { TokenDigest } from './digest.ts'

/** Where a grant lies. All three are in every token string but the service, which is the caller's. */
export interface GrantKey {
  readonly service: number
  readonly client: number
  /** 16 random bytes, base64url without padding. */
  readonly grantId: string
}

export interface CodeChallenge {
  readonly value: string
  readonly method: 'plain' | 'S256'
}

/** An extra property of a token (Authlete contract, section 4.8). A hidden one is for API answers alone. */
export interface Property {
  readonly key: string
  readonly value: string
  readonly hidden: boolean
}

/** How the end-user was authenticated (OpenID Connect Core section 2), as the authorization server told it. */
export interface Authentication {
  readonly acr?: string | undefined
  readonly authTime?: EpochSeconds | undefined
}

interface GrantMembers extends GrantKey {
  /** The alias, when the client was named by it. */
  readonly clientIdAlias?: string | undefined
  readonly scopes: readonly string[]
  /** That were asked for (RFC 8707), each once; none: the tokens are meant for the service's default. */
  readonly resources: readonly string[]
}

export interface Ticket extends GrantMembers {
  readonly stage: 'TICKET'
  readonly ticketDigest: TokenDigest
  readonly ticketIssuedAt: EpochSeconds
  readonly ticketExpiresAt: EpochSeconds
  /** The one asked for, or the only one registered. */
  readonly redirectUri: string
  readonly redirectUriAsked: boolean
  readonly state?: string | undefined
  readonly responseMode: 'query' | 'form_post'
  readonly challenge?: CodeChallenge | undefined
  /** Whatever the authorization server wants to find again by the ticket. */
  readonly context?: string | undefined
  readonly code?: undefined
}

/** What a redemption is held against; it stays in the item afterwards, so that a replay can be told. */
export interface CodeMembers {
  readonly codeDigest: TokenDigest
  readonly codeIssuedAt: EpochSeconds
  readonly codeExpiresAt: EpochSeconds
  /** Only when the authorization request named one. */
  readonly redirectUri?: string | undefined
  readonly challenge?: CodeChallenge | undefined
}

export interface Code extends GrantMembers, Authentication {
  readonly stage: 'CODE'
  readonly code: CodeMembers
  readonly subject: string
  readonly properties: readonly Property[]
  /** Further claims of JWT access tokens, a JSON object. */
  readonly jwtAtClaims?: string | undefined
  /** Seconds, in place of the settings, for the access token that the code gives. */
  readonly accessTokenDuration?: number | undefined
}

export interface RefreshMembers {
  readonly refreshDigest: TokenDigest
  readonly refreshIssuedAt: EpochSeconds
  readonly refreshExpiresAt: EpochSeconds
  /** Of the part of the token that is constant for the grant. */
  readonly familyDigest: TokenDigest
  readonly replaced?: ReplacedToken | undefined
}

/** The refresh token before this one. */
export interface ReplacedToken {
  readonly digest: TokenDigest
  readonly at: EpochSeconds
  /** Only where the service answers the replaced token once more (`refreshTokenIdempotent`). */
  readonly nonce?: string | undefined
}

export interface Tokens extends GrantMembers, Authentication {
  readonly stage: 'TOKENS'
  readonly grantType: 'AUTHORIZATION_CODE' | 'CLIENT_CREDENTIALS'
  readonly subject?: string | undefined
  readonly properties: readonly Property[]
  /** Further claims of JWT access tokens, a JSON object; for the next refresh. */
  readonly jwtAtClaims?: string | undefined
  readonly createdAt: EpochSeconds
  /** Whatever is stored: only `judge` may say what it means. */
  readonly binding: unknown
  readonly accessDigest: TokenDigest
  readonly accessIssuedAt: EpochSeconds
  readonly accessExpiresAt: EpochSeconds
  /** Those of the access token; `scopes` are those of the grant. */
  readonly accessScopes: readonly string[]
  /** The same for resources: none exactly when the grant has none. */
  readonly accessResources: readonly string[]
  readonly code?: CodeMembers | undefined
  readonly refresh?: RefreshMembers | undefined
}

export type Grant = Ticket | Code | Tokens

/** The switch of a client that works at once, everywhere: no token lives without it (architecture, section 3). */
export interface ClientState {
  readonly locked: boolean
  /** Tokens issued before this are cut off. */
  readonly notBefore: EpochSeconds
}
