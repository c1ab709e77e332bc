import * as z from 'zod/mini'
import { SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { AUTHENTICATION_METHODS } from './authentication-methods.ts'
import { integer, number, string, strings, text, texts } from './member-types.ts'

// Names and values are Authlete's (Authlete contract, section 3). Durations are in seconds.
export const GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'] as const
/** `NONE` can be registered, but authorization requests with it are refused. */
export const RESPONSE_TYPES = ['CODE', 'NONE'] as const
export const TOKEN_AUTH_METHODS = Object.keys(AUTHENTICATION_METHODS) as readonly TokenAuthMethod[]
export const ROLES = ['introspect', 'runtime', 'manage'] as const

export type TokenAuthMethod = keyof typeof AUTHENTICATION_METHODS
export type Role = (typeof ROLES)[number]

export const flag = z._default(z.boolean(), false)
const optionalNumber = z.optional(number)
export const KEY_VALUE_PAIRS = z._default(z.array(z.object({ key: string, value: string })), [])
export const durationSeconds = number.check(z.int(), z.positive())

/** Members of every registry record that are not settings. */
export const RECORD_MEMBERS = {
  /** Seconds since the epoch. Absent in records that the management API did not write. */
  createdAt: optionalNumber,
  modifiedAt: optionalNumber,
  /** Settings that are stored and returned but have no effect: names, contacts, links. */
  carried: z._default(z.record(string, z.unknown()), {}),
}

export const Scope = z.object({
  name: string,
  defaultEntry: flag,
  description: text,
  descriptions: z.optional(z.array(z.object({ tag: text, value: text }))),
  attributes: z.optional(z.array(z.object({ key: text, value: text }))),
})

/** A credential of the Web API. `digest` is the SHA-256 of a v2 API secret or of a v3 access token. */
const Credential = z.object({
  digest: string,
  role: z.enum(ROLES),
  /** For people: which caller has it. */
  note: text,
  /** Seconds since the epoch. */
  createdAt: optionalNumber,
  /** Seconds since the epoch. If absent, the credential never expires. */
  expiresAt: optionalNumber,
})

/** The public half of a signing key. The private half is stored in another partition. */
export const PublicJwk = z.object({
  kty: string,
  kid: string,
  alg: string,
  use: z.literal('sig'),
  crv: text,
  x: text,
  y: text,
  n: text,
  e: text,
})

/**
 * The settings of a service that have an effect: their stored types and defaults. service-reference.ts has their meanings. The
 * requests and answers of the management API are derived from them.
 */
export const SERVICE_SETTINGS = {
  serviceName: text,
  issuer: string,
  credentials: z.array(Credential),
  supportedGrantTypes: z._default(z.array(z.enum(GRANT_TYPES)), ['AUTHORIZATION_CODE', 'REFRESH_TOKEN']),
  supportedResponseTypes: z._default(z.array(z.enum(RESPONSE_TYPES)), ['CODE']),
  supportedTokenAuthMethods: z._default(z.array(z.enum(TOKEN_AUTH_METHODS)), ['CLIENT_SECRET_BASIC']),
  supportedScopes: z._default(z.array(Scope), []),
  scopeRequired: flag,
  clientIdAliasEnabled: flag,
  shortClientSecretsAllowed: flag,
  accessTokenType: z._default(string, 'Bearer'),
  accessTokenDuration: z._default(durationSeconds, 86400),
  refreshTokenDuration: z._default(durationSeconds, 864000),
  authorizationCodeDuration: z._default(durationSeconds, 60),
  accessTokenSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  accessTokenSignatureKeyId: text,
  introspectionSignatureKeyId: text,
  userInfoSignatureKeyId: text,
  idTokenSignatureKeyId: text,
  idTokenDuration: z._default(durationSeconds, 86400),
  jwks: z._default(z.array(PublicJwk), []),
  tlsClientCertificateBoundAccessTokens: flag,
  fapi2: flag,
  refreshTokenKept: flag,
  refreshTokenDurationKept: flag,
  refreshTokenDurationReset: flag,
  refreshTokenIdempotent: flag,
  tokenExpirationLinked: flag,
  singleAccessTokenPerSubject: flag,
  dpopNonceRequired: flag,
  dpopProofUsedOnce: flag,
  pkceRequired: flag,
  pkceS256Required: flag,
  parRequired: flag,
  pushedAuthReqDuration: z._default(durationSeconds, 300),
  issSuppressed: flag,
  errorDescriptionOmitted: flag,
  errorUriOmitted: flag,
  supportedAcrs: texts,
  supportedClaims: texts,
  attributes: KEY_VALUE_PAIRS,
  /** A time in epoch seconds. */
  tokensNotBefore: z.optional(integer),
  authorizationEndpoint: text,
  pushedAuthReqEndpoint: text,
  tokenEndpoint: text,
  revocationEndpoint: text,
  introspectionEndpoint: text,
  userInfoEndpoint: text,
  certificateAnnouncementEndpoint: text,
  jwksUri: text,
  mtlsEndpointAliases: z._default(z.array(z.object({ name: string, uri: string })), []),
  mutualTlsValidatePkiCertChain: flag,
  trustedRootCertificates: texts,
  clientCertificateIssuers: z.optional(strings),
  clientCertificateUsage: z._default(z.enum(['any', 'clientAuth']), 'any'),
  certificateInventory: z._default(z.boolean(), true),
  /** A time in epoch milliseconds. */
  clientCertificatesNotBefore: z._default(
    z.array(z.object({ issuerCertificate: string, notBefore: integer.check(z.positive()) })),
    [],
  ),
  renewalDelay: z._default(durationSeconds, 3600),
  renewalDuration: z._default(durationSeconds, 2_592_000),
  crlStale: z._default(z.enum(['accept', 'refuse']), 'accept'),
  defaultResource: text,
}

/** The record of a service in the registry. */
export const Service = z.object({
  apiKey: number,
  /** A second number besides `apiKey`. Authlete's clients store it in 32 bits. */
  number: optionalNumber,
  ...SERVICE_SETTINGS,
  /**
   * The keys that no longer sign access tokens, or now sign shorter-lived ones. Their times are in epoch seconds: the end of signing the
   * earlier tokens, and the expiry of the last of these tokens.
   */
  keyUses: z._default(z.array(z.object({ kid: string, signedUntil: integer, tokensEnd: integer })), []),
  /**
   * The times in epoch seconds when each key in `jwks` was published, and when it began to sign access tokens, if it does. `restore` does
   * not know them for the keys that it makes.
   */
  keyDates: z._default(
    z.array(z.object({ kid: string, publishedAt: z.optional(integer), signingSince: z.optional(integer) })),
    [],
  ),
  /** Whether the service was without `certificateInventory` for a time, so that tokens without a note may exist. */
  certificateInventoryInterrupted: flag,
  /** The ids of private keys that are stored or were about to be stored. A deletion erases these keys. */
  privateKeyIds: texts,
  ...RECORD_MEMBERS,
  /** The time of the deletion in epoch seconds. If it is present, only the deletion may still find the service. */
  deletedAt: optionalNumber,
})
export type StoredService = z.infer<typeof Service>

/** A service as requests see it: `settingsOf` has the settings that a profile may replace. Only management sees the stored ones. */
export type Service = Omit<
  StoredService,
  | 'fapi2'
  | 'supportedTokenAuthMethods'
  | 'shortClientSecretsAllowed'
  | 'tlsClientCertificateBoundAccessTokens'
  | 'pkceRequired'
  | 'pkceS256Required'
  | 'parRequired'
  | 'authorizationCodeDuration'
  | 'refreshTokenKept'
  | 'issSuppressed'
>
