import * as z from 'zod/mini'
import { lazyObject } from '../lazy-object.ts'
import type { SanKind } from '../certificate/subject-alternative-names.ts'
import { MAX_DURATION_SECONDS } from '../epoch-seconds.ts'
import { SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { strings, text, texts } from './member-types.ts'
import {
  durationSeconds,
  flag,
  GRANT_TYPES,
  KEY_VALUE_PAIRS,
  RECORD_MEMBERS,
  RESPONSE_TYPES,
  TOKEN_AUTH_METHODS,
} from './service.ts'

/**
 * The settings of a client that have an effect: their stored types and defaults. client-reference.ts has their meanings. The
 * requests and answers of the management API are derived from them.
 */
export const clientSettings = () => ({
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
  clientCertificateIssuers: z.optional(strings),
  jwks: z.optional(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
  jwksUri: text,
  selfSignedCertificateKeyId: text,
  tokenAuthSignAlg: text,
  introspectionSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  userInfoSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  idTokenSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  authTimeRequired: flag,
  defaultMaxAge: z.optional(durationSeconds.check(z.maximum(MAX_DURATION_SECONDS))),
  defaultAcrs: texts,
  tlsClientCertificateBoundAccessTokens: flag,
  dpopRequired: flag,
  pkceRequired: flag,
  pkceS256Required: flag,
  parRequired: flag,
  singleAccessTokenPerSubject: flag,
  locked: flag,
  attributes: KEY_VALUE_PAIRS,
  extension: z.optional(
    z.object({
      requestableScopesEnabled: flag,
      requestableScopes: texts,
      accessTokenDuration: z.optional(durationSeconds),
      refreshTokenDuration: z.optional(durationSeconds),
      idTokenDuration: z.optional(durationSeconds),
    }),
  ),
  resourceServerAudiences: texts,
  fapi2: flag,
})

/** The settings for the names of a `tls_client_auth` client, with the kind of each name (RFC 8705 section 2.1.2). */
export const SAN_SETTINGS = [
  ['tlsClientAuthSanDns', 'dns'],
  ['tlsClientAuthSanUri', 'uri'],
  ['tlsClientAuthSanIp', 'ip'],
  ['tlsClientAuthSanEmail', 'email'],
] as const satisfies readonly (readonly [keyof ReturnType<typeof clientSettings>, SanKind])[]

type SubjectSettings = Partial<
  Pick<StoredClient, 'tlsClientAuthSubjectDn' | (typeof SAN_SETTINGS)[number][0]>
>

/** The registered names of a `tls_client_auth` client. There must be exactly one (RFC 8705 section 2.1.2). */
export function subjectNames(client: SubjectSettings): readonly string[] {
  const names = [client.tlsClientAuthSubjectDn, ...SAN_SETTINGS.map(([setting]) => client[setting])]
  return names.filter((name) => name !== undefined)
}

/** The record of a client in the registry. It is lazy, because many requests read no client. */
export const Client = lazyObject(() => ({
  clientId: z.number(),
  ...clientSettings(),
  /** SHA-256 of the secret, base64url without padding. */
  clientSecretDigest: text,
  /** The caller has set a secret of fewer than 32 characters. */
  weakSecret: z.optional(z.literal(true)),
  ...RECORD_MEMBERS,
}))
export type StoredClient = z.infer<typeof Client>

/** A client as requests see it: `settingsOf` has the settings that a profile may replace. */
export type Client = Omit<
  StoredClient,
  'fapi2' | 'tlsClientCertificateBoundAccessTokens' | 'pkceRequired' | 'pkceS256Required' | 'parRequired'
>
