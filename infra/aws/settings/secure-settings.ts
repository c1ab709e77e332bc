import { endpoints } from '../../management/endpoints.ts'
import { newSigningKey } from '../../signing-key.ts'
import type { DeploymentSettings } from './settings.ts'

type Members = Readonly<Record<string, unknown>>

const HOUR_SECONDS = 3600

/**
 * The members of a new service. Its settings replace the defaults: bound tokens, PKCE with S256, an ES256 key, and endpoints on
 * the domains where they answer. The management API adds a `manage` credential.
 */
export function serviceMembers(settings: DeploymentSettings): Members {
  return {
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'],
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: true,
    pkceS256Required: true,
    clientIdAliasEnabled: true,
    accessTokenDuration: HOUR_SECONDS,
    credentials: [{ role: 'runtime' }, { role: 'introspect' }],
    jwks: JSON.stringify({ keys: [newSigningKey('1', 'ES256').privateJwk] }),
    ...endpointsOf(settings),
    ...settings.service,
  }
}

/** The members of a new client. Its tokens are bound unless its settings switch that off. */
export function clientMembers(client: DeploymentSettings['clients'][number]): Members {
  return { tlsClientCertificateBoundAccessTokens: true, ...client }
}

function endpointsOf({ mtlsOnly, mtlsDomain, plainDomain }: DeploymentSettings) {
  return endpoints({ mtls: `https://${mtlsDomain.name}`, plain: `https://${plainDomain.name}`, mtlsOnly })
}
