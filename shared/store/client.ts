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

const text = z.optional(z.string())
const texts = z._default(z.array(z.string()), [])

/**
 * The settings that decide something: their types as stored, and their defaults. What each one means is in
 * client-reference.ts. The request and the answer of the management API are derived from these.
 */
export const CLIENT_SETTINGS = {
  clientIdAlias: text,
  clientIdAliasEnabled: flag,
  clientName: text,
  clientType: z._default(z.enum(['PUBLIC', 'CONFIDENTIAL']), 'PUBLIC'),
  tokenAuthMethod: z._default(z.enum(TOKEN_AUTH_METHODS), 'NONE'),
  redirectUris: texts,
  grantTypes: z._default(z.array(z.enum(GRANT_TYPES)), ['AUTHORIZATION_CODE']),
  responseTypes: z._default(z.array(z.enum(RESPONSE_TYPES)), ['CODE']),
  tlsClientAuthSubjectDn: text,
  tlsClientAuthSanDns: text,
  tlsClientAuthSanUri: text,
  tlsClientAuthSanIp: text,
  tlsClientAuthSanEmail: text,
  jwks: z.optional(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
  jwksUri: text,
  selfSignedCertificateKeyId: text,
  tokenAuthSignAlg: text,
  introspectionSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  tlsClientCertificateBoundAccessTokens: flag,
  pkceRequired: flag,
  pkceS256Required: flag,
  singleAccessTokenPerSubject: flag,
  locked: flag,
  attributes,
  extension: z.optional(
    z.object({
      requestableScopesEnabled: flag,
      requestableScopes: texts,
      accessTokenDuration: z.optional(seconds),
      refreshTokenDuration: z.optional(seconds),
    }),
  ),
  resourceServerAudiences: texts,
}

export const Client = z.object({
  clientId: z.number(),
  ...CLIENT_SETTINGS,
  /** SHA-256 of the secret, base64url without padding. */
  clientSecretDigest: text,
  ...RECORD_MEMBERS,
})
export type Client = z.infer<typeof Client>
