import * as z from 'zod/mini'
import { PublicJwk } from '../store/service.ts'
import type { Immutable } from '../immutable.ts'

const names = z.array(z.string()).check(z.minLength(1))
const some = z.optional(names)

/** RFC 8414 section 2, with RFC 8705 sections 3.3 and 5, RFC 9126 section 5, RFC 9207 section 3 and RFC 9449 section 5.1. */
export const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.optional(z.string()),
  token_endpoint: z.string(),
  pushed_authorization_request_endpoint: z.string(),
  require_pushed_authorization_requests: z.boolean(),
  token_endpoint_auth_methods_supported: some,
  token_endpoint_auth_signing_alg_values_supported: some,
  revocation_endpoint: z.string(),
  revocation_endpoint_auth_methods_supported: some,
  revocation_endpoint_auth_signing_alg_values_supported: some,
  introspection_endpoint: z.string(),
  introspection_endpoint_auth_methods_supported: some,
  introspection_endpoint_auth_signing_alg_values_supported: some,
  introspection_signing_alg_values_supported: some,
  userinfo_endpoint: z.optional(z.string()),
  userinfo_signing_alg_values_supported: some,
  jwks_uri: z.string(),
  scopes_supported: some,
  /** OpenID Connect Discovery section 3. Only an OpenID provider has these members. */
  subject_types_supported: some,
  id_token_signing_alg_values_supported: some,
  claims_supported: some,
  acr_values_supported: some,
  response_modes_supported: some,
  claims_parameter_supported: z.optional(z.literal(true)),
  request_uri_parameter_supported: z.optional(z.literal(false)),
  response_types_supported: z.array(z.string()),
  grant_types_supported: some,
  code_challenge_methods_supported: names,
  authorization_response_iss_parameter_supported: z.optional(z.literal(true)),
  dpop_signing_alg_values_supported: some,
  tls_client_certificate_bound_access_tokens: z.boolean(),
  mtls_endpoint_aliases: z.optional(z.record(z.string(), z.string())),
  /** RFC 8414 section 2 allows further members. */
  certbound_certificate_announcement_endpoint: z.optional(z.string()),
})
export type Metadata = Immutable<z.output<typeof Metadata>>

/** RFC 7517 section 5, with public members only. */
export const PublicJwkSet = z.object({ keys: z.array(PublicJwk) })
export type PublicJwkSet = Immutable<z.output<typeof PublicJwkSet>>
