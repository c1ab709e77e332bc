import type { Client } from './client.ts'
import type { Service } from './service.ts'

/** The rules of the setting `fapi2`: the FAPI 2.0 Security Profile with mutual TLS (requirement M02). */

/** Section 5.3.2.1-6. */
const METHODS: readonly string[] = ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT']
/** Section 5.4.1. RFC 9864 has a second name for EdDSA with Ed25519. */
const ALGORITHMS: readonly string[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519']
/** Section 5.3.2.1-11. */
export const FAPI2_CODE_SECONDS = 60
/** Section 5.3.2.2-8: `http` only to the loopback interface (RFC 8252 section 7.3). `localhost` may lead elsewhere (section 8.3). */
const SENT_IN_CLEAR_TEXT = /^http:(?!\/\/(?:127\.0\.0\.1|\[::1\])(?::[0-9]*)?(?:[/?]|$))/i

/** Whether the profile holds for a client: its service has the switch on, or the client has its own. */
export function isFapi2(service: Pick<Service, 'fapi2'>, client: Pick<Client, 'fapi2'>): boolean {
  return service.fapi2 || client.fapi2
}

/** Whether a JWT may be made or accepted with this algorithm. */
export function mayUseAlgorithm(alg: string, { fapi2 }: { readonly fapi2: boolean }): boolean {
  return !fapi2 || ALGORITHMS.includes(alg)
}

/**
 * The service as requests see it. Under the switch the values of the profile replace those of the record, so no other setting
 * weakens it: not even one that an earlier version stored, or that a restored table has.
 */
export function strict(service: Service | undefined): Service | undefined {
  if (!service?.fapi2) return service
  return {
    ...service,
    supportedTokenAuthMethods: service.supportedTokenAuthMethods.filter((method) => METHODS.includes(method)),
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: true,
    pkceS256Required: true,
    parRequired: true,
    authorizationCodeDuration: Math.min(service.authorizationCodeDuration, FAPI2_CODE_SECONDS),
    refreshTokenKept: true,
    issSuppressed: false,
    shortClientSecretsAllowed: false,
  }
}

/** The first setting of a service that violates the profile. */
export function fapi2Breach(service: Service): keyof Service | undefined {
  if (!service.fapi2) return undefined
  const kept: readonly (readonly [name: keyof Service, isKept: boolean])[] = [
    ['supportedTokenAuthMethods', service.supportedTokenAuthMethods.every((name) => METHODS.includes(name))],
    ['shortClientSecretsAllowed', !service.shortClientSecretsAllowed],
    ['tlsClientCertificateBoundAccessTokens', service.tlsClientCertificateBoundAccessTokens],
    ['pkceRequired', service.pkceRequired],
    ['pkceS256Required', service.pkceS256Required],
    ['refreshTokenKept', service.refreshTokenKept],
  ]
  return kept.find(([, isKept]) => !isKept)?.[0] ?? breachForAll(service)
}

/** The first setting that violates the profile, of those that a service has for all its clients. */
function breachForAll(service: Service): keyof Service | undefined {
  const { accessTokenSignAlg, authorizationCodeDuration, issSuppressed } = service
  if (accessTokenSignAlg !== undefined && !ALGORITHMS.includes(accessTokenSignAlg))
    return 'accessTokenSignAlg'
  if (authorizationCodeDuration > FAPI2_CODE_SECONDS) return 'authorizationCodeDuration'
  return issSuppressed ? 'issSuppressed' : undefined
}

type ProfileSettings = Pick<
  Client,
  | 'fapi2'
  | 'clientType'
  | 'tokenAuthMethod'
  | 'tokenAuthSignAlg'
  | 'introspectionSignAlg'
  | 'userInfoSignAlg'
  | 'idTokenSignAlg'
  | 'redirectUris'
  | 'tlsClientCertificateBoundAccessTokens'
>

/**
 * The first setting of a client that violates the profile, if the profile holds for it. If only the client has the switch on, its
 * service must keep what it cannot keep for one client.
 */
export function fapi2BreachOf(
  client: ProfileSettings,
  service: Service,
): keyof ProfileSettings | keyof Service | undefined {
  if (!isFapi2(service, client)) return undefined
  const { clientType, tokenAuthMethod, tokenAuthSignAlg = '' } = client
  if (clientType !== 'CONFIDENTIAL') return 'clientType'
  if (!METHODS.includes(tokenAuthMethod)) return 'tokenAuthMethod'
  // Without a registered algorithm the client could use RS256.
  if (tokenAuthMethod === 'PRIVATE_KEY_JWT' && !ALGORITHMS.includes(tokenAuthSignAlg))
    return 'tokenAuthSignAlg'
  for (const named of ['introspectionSignAlg', 'idTokenSignAlg', 'userInfoSignAlg'] as const) {
    const alg = client[named]
    if (alg !== undefined && !ALGORITHMS.includes(alg)) return named
  }
  if (client.redirectUris.some((uri) => SENT_IN_CLEAR_TEXT.test(uri))) return 'redirectUris'
  if (!client.tlsClientCertificateBoundAccessTokens) return 'tlsClientCertificateBoundAccessTokens'
  return breachForAll(service)
}
