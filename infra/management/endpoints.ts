import { ANNOUNCEMENT_PATH, ENDPOINT_PATHS } from '../../shared/metadata/endpoint-paths.ts'

/** The origins of the two domains of a deployment, and whether the OAuth endpoints are only on the mutual-TLS domain. */
export interface Domains {
  readonly mtls: string
  readonly plain: string
  readonly mtlsOnly: boolean
}

/** The endpoint members of a service. If the OAuth endpoints are on both domains, clients with a certificate use aliases (RFC 8705 section 5). */
export function endpoints({ mtls, plain, mtlsOnly }: Domains) {
  const { jwks_uri, ...onMtls } = ENDPOINT_PATHS
  const oauth = mtlsOnly ? mtls : plain
  const aliases = Object.entries(onMtls).map(([name, path]) => ({ name, uri: `${mtls}${path}` }))
  return {
    tokenEndpoint: `${oauth}${ENDPOINT_PATHS.token_endpoint}`,
    pushedAuthReqEndpoint: `${oauth}${ENDPOINT_PATHS.pushed_authorization_request_endpoint}`,
    revocationEndpoint: `${oauth}${ENDPOINT_PATHS.revocation_endpoint}`,
    introspectionEndpoint: `${oauth}${ENDPOINT_PATHS.introspection_endpoint}`,
    certificateAnnouncementEndpoint: `${mtls}${ANNOUNCEMENT_PATH}`,
    jwksUri: `${plain}${jwks_uri}`,
    ...(mtlsOnly ? {} : { mtlsEndpointAliases: aliases }),
  }
}
