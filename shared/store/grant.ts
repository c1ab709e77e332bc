import * as z from 'zod/mini'
import { lazyObject } from '../lazy-object.ts'
import type { Immutable } from '../immutable.ts'
import type { TokenDigest } from './digest.ts'
import { integer, seconds, string, strings } from './member-types.ts'

/**
 * The members of a grant in each stage. The store has an attribute of the same name for each member, so a new member needs only
 * its declaration here, the code that sets it, and the code that shows it (docs/architecture.md, section 3).
 */

const text = string.check(z.minLength(1))
const digest = text as unknown as z.ZodMiniType<TokenDigest>
/** A list that is not stored if it is empty, so that items stay small. */
const someTexts = z._default(strings.check(z.minLength(1)), [])

/** Locates a grant. Token strings contain `client` and `grantId`. The service is that of the call. */
export interface GrantKey {
  readonly service: number
  readonly client: number
  /** 16 random bytes, base64url without padding. */
  readonly grantId: string
}

/** An extra property of a token (Authlete contract, section 4.8). Only answers of the Web API show a hidden property. */
const Property = lazyObject(() => ({ key: text, value: string, hidden: z.boolean() }))
export type Property = Immutable<z.infer<typeof Property>>

/** The permissions of a grant, its end-user, and the contents of its tokens. A refresh can only change properties and claims. */
export const Terms = lazyObject(() => ({
  scopes: strings,
  /** The requested resources without duplicates (RFC 8707). If empty, tokens are for the service's default resource. */
  resources: someTexts,
  /** The end-user. Absent if the client acts for itself. */
  subject: z.optional(text),
  /** The class and time of the end-user's authentication, as the authorization server states them (OpenID Connect Core section 2). */
  acr: z.optional(text),
  authTime: z.optional(seconds),
  properties: z._default(z.array(Property), []),
  /** Further claims of JWT access tokens: a JSON object as text. */
  jwtAtClaims: z.optional(text),
  /** The client's requests for claims of the userinfo endpoint: a JSON object as text (OpenID Connect Core section 5.5). */
  userInfoClaims: z.optional(text),
  /** The authorization server no longer treats the grant as a consent of the end-user. This does not affect tokens. */
  consentForgotten: z.optional(z.literal(true)),
}))
export type Terms = Immutable<z.infer<typeof Terms>>

const CodeChallenge = lazyObject(() => ({ value: text, method: z.enum(['plain', 'S256']) }))
export type CodeChallenge = Immutable<z.infer<typeof CodeChallenge>>

/** The thumbprint of the only key that may redeem the code (RFC 9449 section 10). */
const DpopJkt = z.optional(text)

/** The members of a grant in every stage. */
export const GrantMembers = lazyObject(() => ({
  stage: z.enum(['PUSHED', 'TICKET', 'CODE', 'TOKENS']),
  client: integer,
  /** The alias of the client, if the request used it. */
  clientIdAlias: z.optional(text),
  /**
   * A random text, which changes with each write that a transition under way must not undo. Absent until the first such write. Each
   * transition is conditional on the revision that it has read.
   */
  revision: z.optional(text),
}))

/**
 * A pushed authorization request (RFC 9126). The ticket that comes from it keeps these members, so that the request can be made again
 * until the authorization server has decided.
 */
export const PushedMembers = lazyObject(() => ({
  /** The digest of the reference in the request URI. */
  pushedDigest: digest,
  pushedAt: seconds,
  pushedExpiresAt: seconds,
  /** The authorization request: a JSON object as text, without client ID and credentials. */
  pushedRequest: text,
}))
export type PushedMembers = Immutable<z.infer<typeof PushedMembers>>

/** The client's requirements for its ID token (OpenID Connect Core section 3.1.2.1). A request of plain OAuth 2.0 has none. */
const RequestedIdToken = lazyObject(() => ({
  nonce: z.optional(text),
  /** The ID token must have the time of the end-user's authentication. */
  authTimeRequired: z.optional(z.literal(true)),
  /** An authentication with none of these authentication contexts has failed (section 5.5.1.1). */
  essentialAcrs: z.optional(z.array(text)),
  /** Tokens for another end-user must not be issued (section 3.1.2.2). */
  sub: z.optional(text),
}))

/** The members of a ticket: an authorization request on which the authorization server has not decided. */
export const TicketMembers = lazyObject(() => ({
  ticketDigest: digest,
  ticketIssuedAt: seconds,
  ticketExpiresAt: seconds,
  /** The requested redirect URI, or the only registered one. */
  redirectUri: text,
  /** Whether the request had `redirect_uri`. */
  redirectUriRequested: z.boolean(),
  state: z.optional(text),
  responseMode: z.enum(['query', 'form_post']),
  challenge: z.optional(CodeChallenge),
  dpopJkt: DpopJkt,
  requestedIdToken: z.optional(RequestedIdToken),
  /** Text that the authorization server stores with the ticket. */
  context: z.optional(text),
}))

/** The members of a code that its redemption is compared with. They stay stored afterwards, so that a replay is detected. */
export const CodeMembers = lazyObject(() => ({
  codeDigest: digest,
  codeIssuedAt: seconds,
  codeExpiresAt: seconds,
  /** Set only if the authorization request had one. */
  redirectUri: z.optional(text),
  challenge: z.optional(CodeChallenge),
  dpopJkt: DpopJkt,
}))
export type CodeMembers = Immutable<z.infer<typeof CodeMembers>>

/** The contents of an ID token that are known when the code is issued. The other contents are in the terms. */
const OrderedIdToken = lazyObject(() => ({
  /** The nonce of this authorization request. */
  nonce: z.optional(text),
  /** If absent, the subject. */
  sub: z.optional(text),
  /** Further claims and further header parameters from the authorization server: JSON objects as text. */
  claims: z.optional(text),
  headers: z.optional(text),
}))
export type OrderedIdToken = Immutable<z.infer<typeof OrderedIdToken>>

/** The members that a grant has only until its code is redeemed. */
export const CodeStageMembers = lazyObject(() => ({
  /** The lifetime in seconds of the access token that the code is exchanged for. It replaces that of the settings. */
  accessTokenDuration: z.optional(integer),
  orderedIdToken: z.optional(OrderedIdToken),
}))

/** Claims of the ID token that was issued for the code. ID tokens of refreshes must agree with it (OpenID Connect Core section 12.2). */
const IssuedIdToken = lazyObject(() => ({
  iss: text,
  aud: text,
  /** If absent, the subject. */
  sub: z.optional(text),
}))
export type IssuedIdToken = Immutable<z.infer<typeof IssuedIdToken>>

/** The members of a grant that has tokens. */
export const AccessMembers = lazyObject(() => ({
  grantType: z.enum(['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS']),
  createdAt: seconds,
  /** The stored value. Only shared/certificate/binding.ts may interpret it. */
  binding: z.optional(z.unknown()),
  /** The grant has followed the announcement of a certificate. Only another announcement leads further (decision D4). */
  renewedByAnnouncement: z.optional(z.literal(true)),
  accessDigest: digest,
  accessIssuedAt: seconds,
  accessExpiresAt: seconds,
  /** The scopes of the access token. The terms have the scopes of the grant. */
  accessScopes: strings,
  /** The resources of the access token. The list is empty if and only if the grant has none. */
  accessResources: someTexts,
  issuedIdToken: z.optional(IssuedIdToken),
}))

/** The members of a grant that has a refresh token. */
export const RefreshMembers = lazyObject(() => ({
  refreshDigest: digest,
  refreshIssuedAt: seconds,
  refreshExpiresAt: seconds,
  /** The digest of the part of the token that never changes. */
  familyDigest: digest,
  /** The refresh token before this one. */
  replaced: z.optional(
    z.object({
      digest,
      at: seconds,
      // Set only if the service has `refreshTokenIdempotent`: a nonce to derive the successor again, and the times of the replaced token.
      nonce: z.optional(text),
      issuedAt: z.optional(seconds),
      end: z.optional(seconds),
    }),
  ),
}))
export type RefreshMembers = Immutable<z.infer<typeof RefreshMembers>>

type Optional<Members> = {
  [Name in keyof Members]-?: undefined extends Members[Name] ? Name : never
}[keyof Members]
type Lists<Members> = {
  [Name in keyof Members]-?: Members[Name] extends readonly unknown[] ? Name : never
}[keyof Members]
/** The lists of members that have a default. */
type ListsWithDefault<Members extends z.ZodMiniType> = Optional<z.input<Members>> & Lists<z.output<Members>>

/** The members that are lists with a default. These are not stored if they are empty. */
export const LISTS_WITH_DEFAULT = Object.keys({
  resources: true,
  properties: true,
  accessResources: true,
} satisfies Record<ListsWithDefault<typeof Terms> | ListsWithDefault<typeof AccessMembers>, true>)

interface AnyStage extends GrantKey {
  readonly clientIdAlias?: string | undefined
  readonly revision?: string | undefined
  readonly terms: Terms
}

/** A pushed request has no terms, because they are decided when the authorization request is made. */
export type Pushed = Omit<AnyStage, 'terms'> & { readonly stage: 'PUSHED'; readonly pushed: PushedMembers }

export type Ticket = AnyStage & {
  readonly stage: 'TICKET'
  /** Set only if the request was pushed. */
  readonly pushed?: PushedMembers | undefined
} & Immutable<z.infer<typeof TicketMembers>>

/** A pushed request on which the authorization server has not decided, with its ticket if it has one. */
export type RequestInUse = (Pushed | Ticket) & { readonly pushed: PushedMembers }

export type Code = AnyStage & {
  readonly stage: 'CODE'
  readonly code: CodeMembers
} & Immutable<z.infer<typeof CodeStageMembers>>

export type Tokens = AnyStage & {
  readonly stage: 'TOKENS'
  readonly code?: CodeMembers | undefined
  readonly refresh?: RefreshMembers | undefined
} & Immutable<z.infer<typeof AccessMembers>>

export type Grant = Pushed | Ticket | Code | Tokens

/** The state of a client. It is read with every token, so that changes take effect at once (architecture, section 3). */
export const ClientState = lazyObject(() => ({
  locked: z.boolean(),
  /** Tokens that were issued before this time are invalid. */
  notBefore: seconds,
  /**
   * The revoked certificates by their thumbprints, each with the time after which its entry may go: its validity is over, and no token that
   * is bound to it can be alive. 0 stands for an unknown time.
   */
  revoked: z.optional(z.record(string, integer)),
  /** The version of further items with revoked certificates. Absent if there are none. */
  moreRevoked: z.optional(text),
}))
export type ClientState = Immutable<z.infer<typeof ClientState>>
