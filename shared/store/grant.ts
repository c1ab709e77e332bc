import * as z from 'zod/mini'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Immutable } from '../immutable.ts'
import type { TokenDigest } from './digest.ts'

/**
 * What a grant holds, stage by stage. Each shape is what is stored as well: a member is an attribute of the same name, so
 * a new one is declared here, set where it is given, and read where it is shown (docs/architecture.md, section 3).
 */

const text = z.string().check(z.minLength(1))
const digest = text as unknown as z.ZodMiniType<TokenDigest>
const seconds = z.int() as unknown as z.ZodMiniType<EpochSeconds>
/** Absent where it would be empty. */
const someTexts = z._default(z.array(z.string()).check(z.minLength(1)), [])

/** Where a grant lies. All three are in every token string but the service, which is the caller's. */
export interface GrantKey {
  readonly service: number
  readonly client: number
  /** 16 random bytes, base64url without padding. */
  readonly grantId: string
}

/** An extra property of a token (Authlete contract, section 4.8). A hidden one is only for API answers. */
const Property = z.object({ key: text, value: z.string(), hidden: z.boolean() })
export type Property = Immutable<z.infer<typeof Property>>

/** What a grant allows, to whom, and what its tokens carry. A refresh leaves it as it is, but for properties and claims. */
export const Terms = z.object({
  scopes: z.array(z.string()),
  /** Those asked for (RFC 8707), each once. Without any, tokens are meant for the service's default. */
  resources: someTexts,
  /** The end-user; absent where the client acts for itself. */
  subject: z.optional(text),
  /** How and when the end-user was authenticated (OpenID Connect Core section 2), from the authorization server. */
  acr: z.optional(text),
  authTime: z.optional(seconds),
  properties: z._default(z.array(Property), []),
  /** Further claims of JWT access tokens, a JSON object. */
  jwtAtClaims: z.optional(text),
})
export type Terms = Immutable<z.infer<typeof Terms>>

const CodeChallenge = z.object({ value: text, method: z.enum(['plain', 'S256']) })
export type CodeChallenge = Immutable<z.infer<typeof CodeChallenge>>

/** A grant of every stage. */
export const GrantMembers = z.object({
  stage: z.enum(['TICKET', 'CODE', 'TOKENS']),
  client: z.int(),
  /** The alias, when the client was named by it. */
  clientIdAlias: z.optional(text),
})

export const TicketMembers = z.object({
  ticketDigest: digest,
  ticketIssuedAt: seconds,
  ticketExpiresAt: seconds,
  /** The one asked for, or the only one registered. */
  redirectUri: text,
  redirectUriAsked: z.boolean(),
  state: z.optional(text),
  responseMode: z.enum(['query', 'form_post']),
  challenge: z.optional(CodeChallenge),
  /** Text that the authorization server keeps with the ticket. */
  context: z.optional(text),
})

/** What a redemption is held against. It stays in the item afterwards, so that a replay is recognised. */
export const CodeMembers = z.object({
  codeDigest: digest,
  codeIssuedAt: seconds,
  codeExpiresAt: seconds,
  /** Only when the authorization request named one. */
  redirectUri: z.optional(text),
  challenge: z.optional(CodeChallenge),
})
export type CodeMembers = Immutable<z.infer<typeof CodeMembers>>

/** Seconds, in place of the settings, for the access token that the code gives. */
export const CodeDuration = z.object({ accessTokenDuration: z.optional(z.int()) })

export const AccessMembers = z.object({
  grantType: z.enum(['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS']),
  createdAt: seconds,
  /** As it is stored: only `judge` may decide what it means. */
  binding: z.optional(z.unknown()),
  accessDigest: digest,
  accessIssuedAt: seconds,
  accessExpiresAt: seconds,
  /** Those of the access token; the terms hold those of the grant. */
  accessScopes: z.array(z.string()),
  /** The same for resources: empty exactly when the grant has none. */
  accessResources: someTexts,
})

export const RefreshMembers = z.object({
  refreshDigest: digest,
  refreshIssuedAt: seconds,
  refreshExpiresAt: seconds,
  /** Of the part of the token that is constant for the grant. */
  familyDigest: digest,
  /** The refresh token before this one. */
  replaced: z.optional(
    z.object({
      digest,
      at: seconds,
      /** Only where the service answers the replaced token once more (`refreshTokenIdempotent`). */
      nonce: z.optional(text),
    }),
  ),
})
export type RefreshMembers = Immutable<z.infer<typeof RefreshMembers>>

interface AnyStage extends GrantKey {
  readonly clientIdAlias?: string | undefined
  readonly terms: Terms
}

export type Ticket = AnyStage & { readonly stage: 'TICKET' } & Immutable<z.infer<typeof TicketMembers>>

export type Code = AnyStage & {
  readonly stage: 'CODE'
  readonly code: CodeMembers
} & Immutable<z.infer<typeof CodeDuration>>

export type Tokens = AnyStage & {
  readonly stage: 'TOKENS'
  readonly code?: CodeMembers | undefined
  readonly refresh?: RefreshMembers | undefined
} & Immutable<z.infer<typeof AccessMembers>>

export type Grant = Ticket | Code | Tokens

/** The switch of a client that works at once, everywhere: no token lives without it (architecture, section 3). */
export const ClientState = z.object({
  locked: z.boolean(),
  /** Tokens issued before this are cut off. */
  notBefore: seconds,
})
export type ClientState = Immutable<z.infer<typeof ClientState>>
