import type { Service } from '../store/service.ts'
import { AUTHENTICATION_METHODS } from '../store/authentication-methods.ts'
import { settingsOf } from '../store/profile.ts'
import { ENDPOINT_PATHS } from './endpoint-paths.ts'
import { offersOpenid } from '../token/scopes.ts'
import { signingAlgorithms } from '../token/sign.ts'
import { answer, unlessEmpty } from '../web-api.ts'
import type { PublicJwkSet, Metadata } from './metadata-schema.ts'

/**
 * The authorization server's metadata (RFC 8414 section 2, RFC 8705 sections 3.3 and 5, RFC 9126 section 5). It is the same on every domain.
 * Empty members are left out, except for `response_types_supported`, which is required.
 */
export function metadataOf(service: Service): Metadata {
  const { origin } = new URL(service.issuer)
  const settings = settingsOf(service)
  const { supportedTokenAuthMethods: supported } = settings
  const methods = lowerCase(supported)
  const proving = lowerCase(supported.filter((name) => AUTHENTICATION_METHODS[name].proves !== 'nothing'))
  const isSigned = supported.some((name) => AUTHENTICATION_METHODS[name].needs === 'keys')
  const algorithms = isSigned ? settings.algorithms : undefined
  const scopes = service.supportedScopes.map(({ name }) => name)
  const announcement = settings.renewalAnnounceable ? service.certificateAnnouncementEndpoint : undefined
  const authorizes = service.authorizationEndpoint !== undefined
  return answer({
    issuer: service.issuer,
    authorization_endpoint: service.authorizationEndpoint,
    token_endpoint: endpointUrl('token_endpoint', service, origin),
    pushed_authorization_request_endpoint: endpointUrl(
      'pushed_authorization_request_endpoint',
      service,
      origin,
    ),
    require_pushed_authorization_requests: settings.parRequired,
    token_endpoint_auth_methods_supported: unlessEmpty(methods),
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint: endpointUrl('revocation_endpoint', service, origin),
    revocation_endpoint_auth_methods_supported: unlessEmpty(methods),
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint: endpointUrl('introspection_endpoint', service, origin),
    introspection_endpoint_auth_methods_supported: unlessEmpty(proving),
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    userinfo_endpoint: service.userInfoEndpoint,
    userinfo_signing_alg_values_supported:
      service.userInfoEndpoint === undefined ? undefined : unlessEmpty(signingAlgorithms(service)),
    jwks_uri: endpointUrl('jwks_uri', service, origin),
    introspection_signing_alg_values_supported: unlessEmpty(signingAlgorithms(service)),
    scopes_supported: unlessEmpty(scopes),
    ...(isOpenidProvider(service) ? openidMembers(service) : {}),
    response_types_supported: authorizes
      ? lowerCase(service.supportedResponseTypes.filter((type) => type === 'CODE'))
      : [],
    grant_types_supported: unlessEmpty(lowerCase(service.supportedGrantTypes)),
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: settings.issSuppressed ? undefined : true,
    dpop_signing_alg_values_supported: settings.algorithms,
    tls_client_certificate_bound_access_tokens: settings.tlsClientCertificateBoundAccessTokens,
    mtls_endpoint_aliases: aliases(service, announcement),
    certbound_certificate_announcement_endpoint: announcement,
  })
}

/**
 * The URLs of an endpoint in the metadata: the alias for requests over mutual TLS, if there is one, and the plain URL for all others (RFC
 * 8705 section 5). If the domain of a request is not known, the client may have used either.
 */
export function publishedUrls(
  name: 'token_endpoint' | 'pushed_authorization_request_endpoint' | 'userinfo_endpoint',
) {
  return (service: Service, onMtlsDomain?: boolean): readonly string[] => {
    const plain = name === 'userinfo_endpoint' ? service.userInfoEndpoint : endpointUrl(name, service)
    const mtls = aliases(service, undefined)?.[name] ?? plain
    const chosen = onMtlsDomain === undefined ? [plain, mtls] : [onMtlsDomain ? mtls : plain]
    return chosen.filter((each) => each !== undefined)
  }
}

/** The keys with their public members (requirement G07). The record of the service does not have the private ones. */
export function jwkSetOf(service: Service): PublicJwkSet {
  return { keys: service.jwks }
}

/** Whether the service issues ID tokens, for which it must offer `openid` and have a key. */
export function isOpenidProvider(service: Service): boolean {
  return offersOpenid(service) && signingAlgorithms(service).length > 0
}

/** OpenID Connect Discovery section 3. A member is present if its default would be wrong. */
function openidMembers(service: Service): Partial<Metadata> {
  return {
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: signingAlgorithms(service),
    claims_supported: unlessEmpty(service.supportedClaims),
    acr_values_supported: unlessEmpty(service.supportedAcrs),
    response_modes_supported: ['query', 'form_post'],
    claims_parameter_supported: true,
    request_uri_parameter_supported: false,
  }
}

const ENDPOINT_SETTINGS = {
  token_endpoint: 'tokenEndpoint',
  pushed_authorization_request_endpoint: 'pushedAuthReqEndpoint',
  revocation_endpoint: 'revocationEndpoint',
  introspection_endpoint: 'introspectionEndpoint',
  jwks_uri: 'jwksUri',
} as const satisfies Record<keyof typeof ENDPOINT_PATHS, keyof Service>

/** The URL in the settings, or the route of a domain. The routes are at the root of the domain, even if the issuer has a path. */
function endpointUrl(
  name: keyof typeof ENDPOINT_PATHS,
  service: Service,
  origin = new URL(service.issuer).origin,
): string {
  return service[ENDPOINT_SETTINGS[name]] ?? origin + ENDPOINT_PATHS[name]
}

/** @param announcement the URL for announcements. A client that uses mutual TLS looks for it among the aliases first, if there are any */
function aliases(
  { mtlsEndpointAliases }: Service,
  announcement: string | undefined,
): Record<string, string> | undefined {
  if (mtlsEndpointAliases.length === 0) return undefined
  const entries = mtlsEndpointAliases.map(({ name, uri }): readonly [string, string] => [name, uri])
  if (announcement !== undefined) entries.push(['certbound_certificate_announcement_endpoint', announcement])
  return Object.fromEntries(entries)
}

function lowerCase(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase())
}
