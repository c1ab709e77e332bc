/** The paths of the OAuth face at the root of a domain, by the members of the metadata (RFC 8414 section 2, RFC 9126 section 5). */
export const ENDPOINT_PATHS = {
  token_endpoint: '/token',
  pushed_authorization_request_endpoint: '/par',
  revocation_endpoint: '/revocation',
  introspection_endpoint: '/introspection/standard',
  jwks_uri: '/jwks',
} as const

/** The path at the mutual-TLS domain where clients announce their next certificates. */
export const ANNOUNCEMENT_PATH = '/certificate/announce'
