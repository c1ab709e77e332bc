import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { RANGE, type Range, rangeReason } from '../../../shared/request/range.ts'
import { readCall, readJsonObject, withoutEmpty } from '../../../shared/request/body.ts'
import { readSettings } from '../../../shared/request/settings-body.ts'
import {
  flag,
  GRANT_TYPES,
  RESPONSE_TYPES,
  SIGNING_ALGORITHMS,
  TOKEN_AUTH_METHODS,
} from '../../../shared/store/service.ts'
import { LIST_REASONS } from '../request.ts'
import { CARRIED, CLIENT_RULES } from './settings-schema.ts'

const text = z.optional(z.string())
const texts = z._default(z.array(z.string()), [])
const whole = z.optional(z.number().check(z.int()))

/** Java writes `false` and 0 for what is not set, in the extension too. */
const Extension = z.pipe(
  z.transform((value: unknown) =>
    typeof value === 'object' && value !== null ? withoutEmpty(value) : value,
  ),
  z.object({
    requestableScopesEnabled: flag,
    requestableScopes: texts,
    accessTokenDuration: whole,
    refreshTokenDuration: whole,
    idTokenDuration: whole,
    tokenExchangePermitted: flag,
  }),
)

/** A client as it is created or replaced (Authlete contract, section 3.2). What is left out has its default. */
export const ClientSettings = z.object({
  clientIdAlias: text,
  clientIdAliasEnabled: flag,
  clientType: z._default(z.enum(['PUBLIC', 'CONFIDENTIAL']), 'PUBLIC'),
  tokenAuthMethod: z.optional(z.enum(TOKEN_AUTH_METHODS)),
  grantTypes: z._default(z.array(z.enum(GRANT_TYPES)), ['AUTHORIZATION_CODE']),
  responseTypes: z._default(z.array(z.enum(RESPONSE_TYPES)), ['CODE']),
  redirectUris: texts,
  tlsClientAuthSubjectDn: text,
  tlsClientAuthSanDns: text,
  tlsClientAuthSanUri: text,
  tlsClientAuthSanIp: text,
  tlsClientAuthSanEmail: text,
  /** A JWK Set as text (Authlete contract, section 3.2). */
  jwks: text,
  jwksUri: text,
  selfSignedCertificateKeyId: text,
  tokenAuthSignAlg: text,
  introspectionSignAlg: z.optional(z.enum(SIGNING_ALGORITHMS)),
  tlsClientCertificateBoundAccessTokens: flag,
  singleAccessTokenPerSubject: flag,
  pkceRequired: flag,
  pkceS256Required: flag,
  locked: flag,
  extension: z.optional(Extension),
  resourceServerAudiences: texts,
  attributes: z._default(z.array(z.object({ key: z.string(), value: z.string() })), []),
  ...CARRIED,
})
export type ClientSettings = z.infer<typeof ClientSettings>

export interface SettingsRequest {
  readonly settings: ClientSettings
  /** Of the members of CARRIED those that were given. */
  readonly carried: Readonly<Record<string, unknown>>
}

/** @throws Refusal for the body or for a setting */
export function readClient(http: HttpRequest): SettingsRequest {
  if (http.body.length === 0) throw new Refusal('client-body-empty')
  const settings = readSettings(withoutEmpty(readJsonObject(http)), ClientSettings, CLIENT_RULES)
  const given = Object.entries(settings).filter(([name, value]) => name in CARRIED && value !== undefined)
  const aliasEnabled = isVersion3(http) || settings.clientIdAliasEnabled
  return { settings: { ...settings, clientIdAliasEnabled: aliasEnabled }, carried: Object.fromEntries(given) }
}

/** How the path names a client, and which codes its version has for one that is not there (Authlete contract, section 1.6). */
export interface ClientNamed {
  readonly clientId: string
  readonly version: 2 | 3
}

export function readClientNamed(http: HttpRequest): ClientNamed {
  return { clientId: http.pathParameters['clientId'] ?? '', version: isVersion3(http) ? 3 : 2 }
}

export function readUpdate(http: HttpRequest): ClientNamed & SettingsRequest {
  return { ...readClientNamed(http), ...readClient(http) }
}

export const LockCall = z.object({ clientLocked: z.boolean() })

/** @throws Refusal member-wrong */
export function readLock(http: HttpRequest): ClientNamed & { readonly locked: boolean } {
  return { ...readClientNamed(http), locked: readCall(http, LockCall).clientLocked }
}

export const SecretCall = z.object({ clientSecret: z._default(z.string(), '') })

export function readSecret(http: HttpRequest): ClientNamed & { readonly secret: string } {
  return { ...readClientNamed(http), secret: readCall(http, SecretCall).clientSecret }
}

export interface ListRequest extends Range {
  readonly developer?: string | undefined
}

export const ClientListCall = z.object({ ...RANGE, developer: z.optional(z.string()) })

/** @throws Refusal list-… */
export function readList(http: HttpRequest): ListRequest {
  return readCall(http, ClientListCall, rangeReason(LIST_REASONS))
}

/** v3 has client ID aliases always on (Authlete contract, section 3.2). */
function isVersion3({ pathParameters }: HttpRequest): boolean {
  return pathParameters['serviceId'] !== undefined
}
