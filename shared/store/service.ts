import * as z from 'zod/mini'
import { SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { AUTHENTICATION_METHODS } from './authentication-methods.ts'

// Names and values are Authlete's (Authlete contract, section 3). Durations are in seconds.
export const GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'] as const
/** `NONE` can be registered, but authorization requests with it are refused. */
export const RESPONSE_TYPES = ['CODE', 'NONE'] as const
export const TOKEN_AUTH_METHODS = Object.keys(AUTHENTICATION_METHODS) as readonly TokenAuthMethod[]
export const ROLES = ['introspect', 'runtime', 'manage'] as const

export type TokenAuthMethod = keyof typeof AUTHENTICATION_METHODS
export type Role = (typeof ROLES)[number]

export const flag = z._default(z.boolean(), false)
export const KEY_VALUE_PAIRS = z._default(z.array(z.object({ key: z.string(), value: z.string() })), [])
export const durationSeconds = z.number().check(z.int(), z.positive())
const text = z.optional(z.string())

/** Members of every registry record that are not settings. */
export const RECORD_MEMBERS = {
  /** Seconds since the epoch. Absent in records that the management API did not write. */
  createdAt: z.optional(z.number()),
  modifiedAt: z.optional(z.number()),
  /** Settings that are stored and returned but have no effect: names, contacts, links. */
  carried: z._default(z.record(z.string(), z.unknown()), {}),
}

export const Scope = z.object({
  name: z.string(),
  defaultEntry: flag,
  description: text,
  descriptions: z.optional(z.array(z.object({ tag: text, value: text }))),
  attributes: z.optional(z.array(z.object({ key: text, value: text }))),
})

/** A credential of the Web API. `digest` is the SHA-256 of a v2 API secret or of a v3 access token. */
const Credential = z.object({
  digest: z.string(),
  role: z.enum(ROLES),
  /** For people: which caller has it. */
  note: text,
  /** Seconds since the epoch. */
  createdAt: z.optional(z.number()),
  /** Seconds since the epoch. If absent, the credential never expires. */
  expiresAt: z.optional(z.number()),
})

/** The public half of a signing key. The private half is stored in another partition. */
export const PublicJwk = z.object({
  kty: z.string(),
  kid: z.string(),
  alg: z.string(),
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
  issuer: z.string(),
  credentials: z.array(Credential),
  supportedGrantTypes: z._default(z.array(z.enum(GRANT_TYPES)), ['AUTHORIZATION_CODE', 'REFRESH_TOKEN']),
  supportedResponseTypes: z._default(z.array(z.enum(RESPONSE_TYPES)), ['CODE']),
  supportedTokenAuthMethods: z._default(z.array(z.enum(TOKEN_AUTH_METHODS)), ['CLIENT_SECRET_BASIC']),
  supportedScopes: z._default(z.array(Scope), []),
  scopeRequired: flag,
  clientIdAliasEnabled: flag,
  shortClientSecretsAllowed: flag,
  accessTokenType: z._default(z.string(), 'Bearer'),
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
  supportedAcrs: z._default(z.array(z.string()), []),
  supportedClaims: z._default(z.array(z.string()), []),
  attributes: KEY_VALUE_PAIRS,
  /** A time in epoch seconds. */
  tokensNotBefore: z.optional(z.int()),
  authorizationEndpoint: text,
  pushedAuthReqEndpoint: text,
  tokenEndpoint: text,
  revocationEndpoint: text,
  introspectionEndpoint: text,
  userInfoEndpoint: text,
  certificateAnnouncementEndpoint: text,
  jwksUri: text,
  mtlsEndpointAliases: z._default(z.array(z.object({ name: z.string(), uri: z.string() })), []),
  mutualTlsValidatePkiCertChain: flag,
  trustedRootCertificates: z._default(z.array(z.string()), []),
  clientCertificateIssuers: z.optional(z.array(z.string())),
  clientCertificateUsage: z._default(z.enum(['any', 'clientAuth']), 'any'),
  certificateInventory: z._default(z.boolean(), true),
  /** A time in epoch milliseconds. */
  clientCertificatesNotBefore: z._default(
    z.array(z.object({ issuerCertificate: z.string(), notBefore: z.int().check(z.positive()) })),
    [],
  ),
  renewalDelay: z._default(durationSeconds, 3600),
  renewalDuration: z._default(durationSeconds, 2_592_000),
  crlStale: z._default(z.enum(['accept', 'refuse']), 'accept'),
  defaultResource: text,
}

/** The record of a service in the registry. */
export const Service = z.object({
  apiKey: z.number(),
  /** A second number besides `apiKey`. Authlete's clients store it in 32 bits. */
  number: z.optional(z.number()),
  ...SERVICE_SETTINGS,
  /**
   * The keys that no longer sign access tokens, or now sign shorter-lived ones. Their times are in epoch seconds: the end of signing the
   * earlier tokens, and the expiry of the last of these tokens.
   */
  keyUses: z._default(z.array(z.object({ kid: z.string(), signedUntil: z.int(), tokensEnd: z.int() })), []),
  /**
   * The times in epoch seconds when each key in `jwks` was published, and when it began to sign access tokens, if it does. `restore` does
   * not know them for the keys that it makes.
   */
  keyDates: z._default(
    z.array(
      z.object({ kid: z.string(), publishedAt: z.optional(z.int()), signingSince: z.optional(z.int()) }),
    ),
    [],
  ),
  /** Whether the service was without `certificateInventory` for a time, so that tokens without a note may exist. */
  certificateInventoryInterrupted: flag,
  /** The ids of private keys that are stored or were about to be stored. A deletion erases these keys. */
  privateKeyIds: z._default(z.array(z.string()), []),
  ...RECORD_MEMBERS,
  /** The time of the deletion in epoch seconds. If it is present, only the deletion may still find the service. */
  deletedAt: z.optional(z.number()),
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
