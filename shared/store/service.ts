import * as z from 'zod/mini'

/** Service and client settings under Authlete's property names (Authlete contract, section 3). Durations are in seconds. */

export const GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'] as const
/** `NONE` can be registered, and authorization requests with it are refused. */
export const RESPONSE_TYPES = ['CODE', 'NONE'] as const
export const TOKEN_AUTH_METHODS = [
  'NONE',
  'CLIENT_SECRET_BASIC',
  'CLIENT_SECRET_POST',
  'TLS_CLIENT_AUTH',
  'SELF_SIGNED_TLS_CLIENT_AUTH',
  'PRIVATE_KEY_JWT',
] as const
/** JWS algorithms that the service can sign with, each with the one kind of key it goes with (RFC 7518, RFC 8037). */
export const SIGNING_ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'] as const
export const ROLES = ['introspect', 'runtime', 'manage'] as const

export type TokenAuthMethod = (typeof TOKEN_AUTH_METHODS)[number]
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]
export type Role = (typeof ROLES)[number]

export const flag = z._default(z.boolean(), false)
export const attributes = z._default(z.array(z.object({ key: z.string(), value: z.string() })), [])
export const seconds = z.number().check(z.int(), z.positive())

/** What a record of the registry has beside its settings. */
export const RECORD_MEMBERS = {
  /** Seconds since the epoch; absent in records that no management API wrote. */
  createdAt: z.optional(z.number()),
  modifiedAt: z.optional(z.number()),
  /** Settings without an effect on any decision, as they were given: names, contacts, links, attributes. */
  carried: z._default(z.record(z.string(), z.unknown()), {}),
}

export const Scope = z.object({
  name: z.string(),
  defaultEntry: flag,
  description: z.optional(z.string()),
  descriptions: z.optional(z.array(z.object({ tag: z.optional(z.string()), value: z.optional(z.string()) }))),
  attributes: z.optional(z.array(z.object({ key: z.optional(z.string()), value: z.optional(z.string()) }))),
})

/** Who may call the Web API for the service: SHA-256 of a v2 API secret or a v3 access token. */
const Credential = z.object({
  digest: z.string(),
  role: z.enum(ROLES),
  /** Seconds since the epoch; absent: no end. */
  expiresAt: z.optional(z.number()),
})

/** The public half of a signing key, and no other member: the private half lies in a partition of its own. */
export const PublicJwk = z.object({
  kty: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.literal('sig'),
  crv: z.optional(z.string()),
  x: z.optional(z.string()),
  y: z.optional(z.string()),
  n: z.optional(z.string()),
  e: z.optional(z.string()),
})

export const Service = z.object({
  apiKey: z.number(),
  /** A number of the record, other than `apiKey`: Authlete's clients hold it in 32 bits. */
  number: z.optional(z.number()),
  serviceName: z.optional(z.string()),
  issuer: z.string(),
  credentials: z.array(Credential),
  supportedGrantTypes: z._default(z.array(z.enum(GRANT_TYPES)), ['AUTHORIZATION_CODE', 'REFRESH_TOKEN']),
  supportedResponseTypes: z._default(z.array(z.enum(RESPONSE_TYPES)), ['CODE']),
  supportedTokenAuthMethods: z._default(z.array(z.enum(TOKEN_AUTH_METHODS)), ['CLIENT_SECRET_BASIC']),
  supportedScopes: z._default(z.array(Scope), []),
  scopeRequired: flag,
  clientIdAliasEnabled: flag,
  accessTokenType: z._default(z.string(), 'Bearer'),
  accessTokenDuration: z._default(seconds, 86400),
  refreshTokenDuration: z._default(seconds, 864000),
  authorizationCodeDuration: z._default(seconds, 60),
  /** Absent: access tokens are opaque. */
  accessTokenSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  accessTokenSignatureKeyId: z.optional(z.string()),
  /** Of those that fit the algorithm of a signed introspection response, the key that signs it. */
  introspectionSignatureKeyId: z.optional(z.string()),
  jwks: z._default(z.array(PublicJwk), []),
  tlsClientCertificateBoundAccessTokens: flag,
  /** Ours: nothing but what the FAPI 2.0 Security Profile allows; what breaks it is refused by name. */
  fapi2: flag,
  refreshTokenKept: flag,
  /** A rotated refresh token ends when the one before it would have ended. */
  refreshTokenDurationKept: flag,
  /** Where refresh tokens are kept, each use starts their life anew. */
  refreshTokenDurationReset: flag,
  refreshTokenIdempotent: flag,
  /** No access token outlives its refresh token. */
  tokenExpirationLinked: flag,
  singleAccessTokenPerSubject: flag,
  pkceRequired: flag,
  pkceS256Required: flag,
  issSuppressed: flag,
  errorDescriptionOmitted: flag,
  errorUriOmitted: flag,
  /** For the authorization server, which gets them back with every token. */
  attributes,
  /**
   * Keys that have ceased to sign access tokens, or sign shorter ones: until when they signed the others, and when the
   * last of these ends. Epoch seconds.
   */
  keyUses: z._default(z.array(z.object({ kid: z.string(), signedUntil: z.int(), tokensEnd: z.int() })), []),
  /** Epoch seconds: what was issued before has ended, whatever the tables say (after a restore they say too much). */
  tokensNotBefore: z.optional(z.int()),
  authorizationEndpoint: z.optional(z.string()),
  tokenEndpoint: z.optional(z.string()),
  revocationEndpoint: z.optional(z.string()),
  introspectionEndpoint: z.optional(z.string()),
  jwksUri: z.optional(z.string()),
  mtlsEndpointAliases: z._default(z.array(z.object({ name: z.string(), uri: z.string() })), []),
  /** Whether the path of a `tls_client_auth` certificate has to lead to one of the roots. */
  mutualTlsValidatePkiCertChain: flag,
  /** PEM: roots, and authorities below them that clients do not send along. */
  trustedRootCertificates: z._default(z.array(z.string()), []),
  /** PEM: a `tls_client_auth` certificate must be issued by one of these; absent: by any that the terminator trusts (decision D17). */
  clientCertificateIssuers: z.optional(z.array(z.string())),
  /** What tokens asked for without `resource` are meant for; the issuer unless set (architecture, section 6). */
  defaultResource: z.optional(z.string()),
  ...RECORD_MEMBERS,
})
export type Service = z.infer<typeof Service>
