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
