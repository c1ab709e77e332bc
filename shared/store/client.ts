import * as z from 'zod/mini'
import {
  attributes,
  flag,
  GRANT_TYPES,
  RECORD_MEMBERS,
  RESPONSE_TYPES,
  seconds,
  SIGNING_ALGORITHMS,
  TOKEN_AUTH_METHODS,
} from './service.ts'

export const Client = z.object({
  clientId: z.number(),
  clientIdAlias: z.optional(z.string()),
  clientIdAliasEnabled: flag,
  clientName: z.optional(z.string()),
  clientType: z._default(z.enum(['PUBLIC', 'CONFIDENTIAL']), 'PUBLIC'),
  tokenAuthMethod: z._default(z.enum(TOKEN_AUTH_METHODS), 'NONE'),
  /** SHA-256 of the secret, base64url without padding. */
  clientSecretDigest: z.optional(z.string()),
  redirectUris: z._default(z.array(z.string()), []),
  grantTypes: z._default(z.array(z.enum(GRANT_TYPES)), ['AUTHORIZATION_CODE']),
  responseTypes: z._default(z.array(z.enum(RESPONSE_TYPES)), ['CODE']),
  tlsClientAuthSubjectDn: z.optional(z.string()),
  tlsClientAuthSanDns: z.optional(z.string()),
  tlsClientAuthSanUri: z.optional(z.string()),
  tlsClientAuthSanIp: z.optional(z.string()),
  tlsClientAuthSanEmail: z.optional(z.string()),
  /** Public keys, for `PRIVATE_KEY_JWT` and `SELF_SIGNED_TLS_CLIENT_AUTH`; not looked at when `jwksUri` is set. */
  jwks: z.optional(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
  jwksUri: z.optional(z.string()),
  selfSignedCertificateKeyId: z.optional(z.string()),
  tokenAuthSignAlg: z.optional(z.string()),
  /** Of a resource server: how introspection responses to it are signed (RFC 9701 section 6). */
  introspectionSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  tlsClientCertificateBoundAccessTokens: flag,
  pkceRequired: flag,
  pkceS256Required: flag,
  singleAccessTokenPerSubject: flag,
  locked: flag,
  /** For the authorization server, which gets them back with every token. */
  attributes,
  extension: z.optional(
    z.object({
      requestableScopesEnabled: flag,
      requestableScopes: z._default(z.array(z.string()), []),
      accessTokenDuration: z.optional(seconds),
      refreshTokenDuration: z.optional(seconds),
    }),
  ),
  /** The client is a resource server and may introspect tokens meant for one of these, `*` for all (architecture, section 6). */
  resourceServerAudiences: z._default(z.array(z.string()), []),
  ...RECORD_MEMBERS,
})
export type Client = z.infer<typeof Client>
