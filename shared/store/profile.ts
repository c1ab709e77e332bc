import { SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { isDeepStrictEqual } from 'node:util'
import { JWS_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { AUTHENTICATION_METHODS } from './authentication-methods.ts'
import type { Client, StoredClient } from './client.ts'
import { type Service, type StoredService, TOKEN_AUTH_METHODS } from './service.ts'

/** The values that a profile allows, as a JSON Schema. */
export type Allowed =
  | { readonly const: unknown }
  | { readonly maximum: number }
  | { readonly pattern: string }
  | { readonly enum: readonly unknown[] }
  | { readonly items: Allowed }

/** A requirement of a profile for one setting. */
export interface Requirement {
  readonly allows: Allowed
  /** The section and the number of the requirement in FAPI 2.0. */
  readonly clause: string
  /** The service has one value for all clients, so it must also be stored if only a client has the profile. */
  readonly isCommon?: true
  /** A setting that takes the place of this one if it is on. */
  readonly unless?: 'dpopRequired'
}

type Requirements<Names extends string> = Readonly<Record<Names, Requirement>>

/** The settings that only `settingsOf` shows. */
type ServiceSetting = Exclude<keyof StoredService, keyof Service | 'fapi2'>

/** The settings that decide requests. `Service` and `Client` lack the stored values. */
export interface EffectiveSettings extends Pick<StoredService, ServiceSetting> {
  /** Whether unbound tokens are refused, including tokens that were issued before the profile was switched on. */
  readonly boundTokensOnly: boolean
  readonly redirectUriRequired: boolean
  /** Whether `aud` of a client assertion must be a string instead of a list. */
  readonly audienceIsString: boolean
  /** The JWS algorithms of JWTs that the service signs or accepts. */
  readonly algorithms: readonly string[]
  /** Whether tickets and codes that were issued before the profile was switched on must also satisfy it. */
  readonly isRetroactive: boolean
  /** Whether a client may announce its next certificate. A profile does not offer it. */
  readonly renewalAnnounceable: boolean
  /** The stored settings that violate the profile. */
  readonly violations: readonly string[]
}

/** The rules for requests that do not depend on stored settings. */
type RequestRule =
  | Exclude<keyof EffectiveSettings, ServiceSetting | 'isRetroactive' | 'renewalAnnounceable' | 'violations'>
  | 'parRequired'

interface Profile {
  readonly service: Requirements<Exclude<ServiceSetting, RequestRule> | 'accessTokenSignAlg'>
  readonly client: Partial<Requirements<keyof StoredClient>>
  readonly requests: Requirements<RequestRule>
}

/** FAPI 2.0 section 5.3.2.1-6. */
const METHODS = { enum: TOKEN_AUTH_METHODS.filter((name) => AUTHENTICATION_METHODS[name].fapi2) }
/** FAPI 2.0 section 5.4.1. RFC 9864 has a second name for EdDSA with Ed25519. */
const ALGORITHMS = { enum: ['PS256', 'ES256', 'EdDSA', 'Ed25519'] }
/** The algorithms by which a service can sign, of those. */
const SIGNATURES = { enum: SIGNING_ALGORITHMS.filter((alg) => ALGORITHMS.enum.includes(alg)) }
/** Allows `http` only to the loopback interface (RFC 8252 section 7.3). `localhost` may lead elsewhere (RFC 8252 section 8.3). */
const NOT_IN_CLEAR_TEXT = {
  pattern: String.raw`^(?![Hh][Tt][Tt][Pp]:(?!//(?:127\.0\.0\.1|\[::1\])(?::[0-9]*)?(?:[/?]|$)))`,
}
const ON = { const: true }
const OFF = { const: false }

/** The setting `fapi2`: the FAPI 2.0 Security Profile with mutual TLS, or with DPoP for clients that must use it (requirement M02). */
export const FAPI2 = {
  service: {
    supportedTokenAuthMethods: { allows: { items: METHODS }, clause: '5.3.2.1-6' },
    shortClientSecretsAllowed: { allows: OFF, clause: '5.4.1-4' },
    tlsClientCertificateBoundAccessTokens: { allows: ON, clause: '5.3.2.1-5' },
    pkceRequired: { allows: ON, clause: '5.3.2.2-5' },
    pkceS256Required: { allows: ON, clause: '5.3.2.2-5' },
    refreshTokenKept: { allows: ON, clause: '5.3.2.1-9' },
    accessTokenSignAlg: { allows: SIGNATURES, clause: '5.4.1-1.2', isCommon: true },
    authorizationCodeDuration: { allows: { maximum: 60 }, clause: '5.3.2.1-11', isCommon: true },
    issSuppressed: { allows: OFF, clause: '5.3.2.2-7', isCommon: true },
  },
  client: {
    clientType: { allows: { const: 'CONFIDENTIAL' }, clause: '5.3.2.1-3' },
    tokenAuthMethod: { allows: METHODS, clause: '5.3.2.1-6' },
    tokenAuthSignAlg: { allows: ALGORITHMS, clause: '5.4.1-1.2' },
    introspectionSignAlg: { allows: SIGNATURES, clause: '5.4.1-1.2' },
    idTokenSignAlg: { allows: SIGNATURES, clause: '5.4.1-1.2' },
    userInfoSignAlg: { allows: SIGNATURES, clause: '5.4.1-1.2' },
    redirectUris: { allows: { items: NOT_IN_CLEAR_TEXT }, clause: '5.3.2.2-8' },
    tlsClientCertificateBoundAccessTokens: { allows: ON, clause: '5.3.2.1-5', unless: 'dpopRequired' },
  },
  requests: {
    boundTokensOnly: { allows: ON, clause: '5.3.2.1-4' },
    audienceIsString: { allows: ON, clause: '5.3.2.1-8' },
    parRequired: { allows: ON, clause: '5.3.2.2-3' },
    redirectUriRequired: { allows: ON, clause: '5.3.2.2-6' },
    algorithms: { allows: { items: ALGORITHMS }, clause: '5.4.1-1.2' },
  },
} as const satisfies Profile

/** Service and client are cached separately, so the cache has settings by the pair. A record that was read again is another object. */
const CACHE = new WeakMap<Service, WeakMap<object, EffectiveSettings>>()

/**
 * The settings of a service for one of its clients. The profile applies if one of the two has it.
 *
 * @param client if absent, the settings that apply to all clients
 */
export function settingsOf(service: Service, client?: Client): EffectiveSettings {
  const ofService = CACHE.get(service) ?? new WeakMap<object, EffectiveSettings>()
  const cached = ofService.get(client ?? service)
  if (cached !== undefined) return cached
  // The records have the members that their types hide.
  const settings = applyProfile(service as StoredService, client as StoredClient | undefined)
  CACHE.set(service, ofService.set(client ?? service, settings))
  return settings
}

/** Whether every trusted issuer can certify the registered name of a `TLS_CLIENT_AUTH` client (RFC 8705 section 7.4). */
export function trustsAnyIssuer(service: Service): boolean {
  const { supportedTokenAuthMethods } = settingsOf(service)
  const isByName = supportedTokenAuthMethods.some((method) => AUTHENTICATION_METHODS[method].needs === 'name')
  return isByName && service.clientCertificateIssuers === undefined
}

function applyProfile(service: StoredService, client: StoredClient | undefined): EffectiveSettings {
  const settings = ownSettings(service, client)
  if (!service.fapi2 && client?.fapi2 !== true) return settings
  const effective = { ...settings, isRetroactive: true, renewalAnnounceable: false }
  for (const [name, { allows }] of Object.entries<Requirement>({ ...FAPI2.service, ...FAPI2.requests }))
    Reflect.set(effective, name, nearestAllowedValue(Reflect.get(effective, name), allows))
  if (client === undefined) return { ...effective, violations: violationsOf(FAPI2.service, service) }
  // Each token has one binding, and no request chooses which.
  if (client.dpopRequired) effective.tlsClientCertificateBoundAccessTokens = false
  const common = violationsOf(FAPI2.service, service.fapi2 ? effective : service).filter(
    (name) => 'isCommon' in FAPI2.service[name],
  )
  return { ...effective, violations: [...violationsOf(FAPI2.client, withAnyAlgorithm(client)), ...common] }
}

function ownSettings(service: StoredService, client: StoredClient | undefined): EffectiveSettings {
  const isBound = client?.tlsClientCertificateBoundAccessTokens !== false
  return {
    ...service,
    tlsClientCertificateBoundAccessTokens: service.tlsClientCertificateBoundAccessTokens && isBound,
    pkceRequired: service.pkceRequired || client?.pkceRequired === true,
    pkceS256Required: service.pkceS256Required || client?.pkceS256Required === true,
    parRequired: service.parRequired || client?.parRequired === true,
    ...{ boundTokensOnly: false, redirectUriRequired: false, audienceIsString: false },
    ...{
      algorithms: [...JWS_ALGORITHMS.keys()],
      isRetroactive: false,
      renewalAnnounceable: true,
      violations: [],
    },
  }
}

/** A client that signs assertions and has registered no algorithm may use any. */
function withAnyAlgorithm(client: StoredClient): object {
  const isSigning = AUTHENTICATION_METHODS[client.tokenAuthMethod].needs === 'keys'
  return { ...client, tokenAuthSignAlg: isSigning ? (client.tokenAuthSignAlg ?? 'any') : undefined }
}

function violationsOf<Name extends string>(required: Requirements<Name>, stored: object): Name[] {
  const names = Object.keys(required) as Name[]
  return names.filter((name) => {
    const { allows, unless } = required[name]
    const isReplaced = unless !== undefined && Reflect.get(stored, unless) === true
    return !isReplaced && !isAllowed(Reflect.get(stored, name), allows)
  })
}

/** Whether a profile allows a stored value. */
export function isAllowed(value: unknown, allows: Allowed): boolean {
  if ('pattern' in allows) return new RegExp(allows.pattern).test(value as string)
  if ('enum' in allows) return value === undefined || allows.enum.includes(value)
  return isDeepStrictEqual(nearestAllowedValue(value, allows), value)
}

/** The allowed value that is nearest to a stored one. A wrong choice stays unchanged, and requests that use it are refused. */
function nearestAllowedValue(value: unknown, allows: Allowed): unknown {
  if ('const' in allows) return allows.const
  if ('maximum' in allows) return Math.min(value as number, allows.maximum)
  if ('items' in allows) return (value as readonly unknown[]).filter((item) => isAllowed(item, allows.items))
  return value
}
