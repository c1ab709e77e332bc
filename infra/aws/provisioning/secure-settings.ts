import type { DeploymentSettings } from '../deployment/settings.ts'
import { newSigningKey } from './signing-key.ts'

type Settings = Readonly<Record<string, unknown>>

const HOUR_SECONDS = 3600

/**
 * What a new service has unless its settings say otherwise: everything bound, PKCE with S256, an ES256 key, and endpoints
 * on the domains where they answer. `manage` credentials it has in any case.
 */
export function serviceSettings(settings: DeploymentSettings): Settings {
  return {
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'],
    tlsClientCertificateBoundAccessTokens: true,
    pkceRequired: true,
    pkceS256Required: true,
    clientIdAliasEnabled: true,
    accessTokenDuration: HOUR_SECONDS,
    credentials: [{ role: 'runtime' }, { role: 'introspect' }],
    jwks: JSON.stringify({ keys: [newSigningKey('1')] }),
    ...endpoints(settings),
    ...settings.service,
  }
}

export function clientSettings(client: DeploymentSettings['clients'][number]): Settings {
  return { tlsClientCertificateBoundAccessTokens: true, ...client }
}

/** RFC 8705 section 5: where OAuth is on both domains, clients with a certificate have addresses of their own. */
function endpoints({ mtlsOnly, mtlsDomain, plainDomain }: DeploymentSettings): Settings {
  const { mtls, plain } = { mtls: `https://${mtlsDomain.name}`, plain: `https://${plainDomain.name}` }
  const oauth = mtlsOnly ? mtls : plain
  const aliases = Object.entries(PATHS).map(([name, path]) => ({ name, uri: `${mtls}${path}` }))
  return {
    tokenEndpoint: `${oauth}${PATHS.token_endpoint}`,
    revocationEndpoint: `${oauth}${PATHS.revocation_endpoint}`,
    introspectionEndpoint: `${oauth}${PATHS.introspection_endpoint}`,
    jwksUri: `${plain}/jwks`,
    ...(mtlsOnly ? {} : { mtlsEndpointAliases: aliases }),
  }
}

const PATHS = {
  token_endpoint: '/token',
  revocation_endpoint: '/revocation',
  introspection_endpoint: '/introspection/standard',
} as const
