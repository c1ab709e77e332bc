import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import type { DeploymentSettings } from '../deployment/settings.ts'

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
    jwks: JSON.stringify({ keys: [newSigningKey('1')] }),
    ...endpointsOf(settings),
    ...settings.service,
  }
}

/** The members of a new client. Its tokens are bound unless its settings switch that off. */
export function clientMembers(client: DeploymentSettings['clients'][number]): Members {
  return { tlsClientCertificateBoundAccessTokens: true, ...client }
}

/** A new ES256 key with its private half. */
export function newSigningKey(kid: string): JsonWebKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
}

function endpointsOf({ mtlsOnly, mtlsDomain, plainDomain }: DeploymentSettings) {
  return endpoints({ mtls: `https://${mtlsDomain.name}`, plain: `https://${plainDomain.name}`, mtlsOnly })
}

/** The origins of the two domains of a deployment, and whether OAuth is only on the one with mutual TLS. */
export interface Domains {
  readonly mtls: string
  readonly plain: string
  readonly mtlsOnly: boolean
}

/** RFC 8705 section 5: when OAuth is on both domains, clients with a certificate use aliases of the endpoints. */
export function endpoints({ mtls, plain, mtlsOnly }: Domains) {
  const oauth = mtlsOnly ? mtls : plain
  const aliases = Object.entries(PATHS).map(([name, path]) => ({ name, uri: `${mtls}${path}` }))
  return {
    tokenEndpoint: `${oauth}${PATHS.token_endpoint}`,
    pushedAuthReqEndpoint: `${oauth}${PATHS.pushed_authorization_request_endpoint}`,
    revocationEndpoint: `${oauth}${PATHS.revocation_endpoint}`,
    introspectionEndpoint: `${oauth}${PATHS.introspection_endpoint}`,
    jwksUri: `${plain}/jwks`,
    ...(mtlsOnly ? {} : { mtlsEndpointAliases: aliases }),
  }
}

const PATHS = {
  token_endpoint: '/token',
  pushed_authorization_request_endpoint: '/par',
  revocation_endpoint: '/revocation',
  introspection_endpoint: '/introspection/standard',
} as const
