import type { Client } from './client.ts'
import type { Service } from './service.ts'

/** The rules of the setting `fapi2`: the FAPI 2.0 Security Profile with mutual TLS (requirement M02). */

/** Section 5.3.2.1-6. */
const METHODS: readonly string[] = ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT']
/** Section 5.4.1. RFC 9864 has a second name for EdDSA with Ed25519. */
export const FAPI2_ALGORITHMS: readonly string[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519']
/** Section 5.3.2.1-11. */
const CODE_SECONDS = 60

/** The first setting of a service that violates the profile. */
export function fapi2Breach(service: Service): keyof Service | undefined {
  if (!service.fapi2) return undefined
  const { accessTokenSignAlg, supportedTokenAuthMethods } = service
  const kept: readonly (readonly [name: keyof Service, isKept: boolean])[] = [
    ['supportedTokenAuthMethods', supportedTokenAuthMethods.every((method) => METHODS.includes(method))],
    ['shortClientSecretsAllowed', !service.shortClientSecretsAllowed],
    ['tlsClientCertificateBoundAccessTokens', service.tlsClientCertificateBoundAccessTokens],
    ['accessTokenSignAlg', accessTokenSignAlg === undefined || FAPI2_ALGORITHMS.includes(accessTokenSignAlg)],
    ['pkceRequired', service.pkceRequired],
    ['pkceS256Required', service.pkceS256Required],
    ['authorizationCodeDuration', service.authorizationCodeDuration <= CODE_SECONDS],
    ['refreshTokenKept', service.refreshTokenKept],
    ['issSuppressed', !service.issSuppressed],
  ]
  return kept.find(([, isKept]) => !isKept)?.[0]
}

type ProfileSettings = Pick<
  Client,
  'clientType' | 'tokenAuthMethod' | 'tokenAuthSignAlg' | 'tlsClientCertificateBoundAccessTokens'
>

/** The first setting of a client that violates the profile, if its service has the profile on. */
export function fapi2BreachOf(client: ProfileSettings, service: Service): keyof ProfileSettings | undefined {
  if (!service.fapi2) return undefined
  const { tokenAuthMethod, tokenAuthSignAlg = '' } = client
  if (client.clientType !== 'CONFIDENTIAL') return 'clientType'
  if (!METHODS.includes(tokenAuthMethod)) return 'tokenAuthMethod'
  // Without a registered algorithm the client could use RS256.
  if (tokenAuthMethod === 'PRIVATE_KEY_JWT' && !FAPI2_ALGORITHMS.includes(tokenAuthSignAlg))
    return 'tokenAuthSignAlg'
  return client.tlsClientCertificateBoundAccessTokens ? undefined : 'tlsClientCertificateBoundAccessTokens'
}
