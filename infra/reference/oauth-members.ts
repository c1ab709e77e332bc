/** Gives `text` to each of `names`, which are separated by spaces. */
export function all(text: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, text]))
}

/** The sources of parameters and members that specifications define. */
export const OAUTH_MEMBERS: Readonly<Record<string, string>> = {
  token_introspection: 'The members of an unsigned response.',
  token_type_hint: 'Ignored, because the form of a token shows its type.',
  grant_type: 'RFC 6749 section 4.',
  code: 'RFC 6749 section 4.1.3.',
  redirect_uri: 'RFC 6749 section 4.1.',
  ...all('RFC 6749 section 4.1.1.', 'response_type state'),
  response_mode: 'OAuth 2.0 Multiple Response Types section 2.1: `query` or `form_post`.',
  ...all('RFC 7636 section 4.3.', 'code_challenge code_challenge_method'),
  ...all(
    'OpenID Connect Core section 3.1.2.1.',
    'prompt max_age display ui_locales login_hint acr_values nonce',
  ),
  claims_locales: 'OpenID Connect Core section 5.2.',
  claims: 'OpenID Connect Core section 5.5.',
  request_uri: 'RFC 9126 section 2.2.',
  'ParForm.request_uri': 'Must be absent: a pushed request cannot use another one.',
  request: 'Not supported: request objects (RFC 9101).',
  code_verifier: 'RFC 7636 section 4.5.',
  refresh_token: 'RFC 6749 section 6.',
  scope: 'RFC 6749 section 3.3.',
  client_id: 'RFC 6749 section 2.2.',
  client_secret: 'RFC 6749 section 2.3.1.',
  ...all('RFC 7523 section 2.2.', 'client_assertion client_assertion_type'),
  access_token: 'RFC 6749 section 5.1.',
  token_type: 'RFC 6749 section 7.1.',
  ...all('RFC 6749 section 5.2.', 'error error_description error_uri'),
  ...all('RFC 7662 section 2.2.', 'active iss sub aud'),
  ...all('RFC 7662 section 2.2; seconds since the epoch.', 'iat exp'),
  jti: 'RFC 7662 section 2.2; of a JWT.',
  auth_time: 'RFC 9470 section 6.2; seconds since the epoch.',
  cnf: 'RFC 8705 section 3.2.',
  'x5t#S256': 'RFC 8705 section 3.1.',
  jkt: 'RFC 9449 section 6.1.',
  keys: 'RFC 7517 section 5.1.',
  ...all('RFC 7517 section 4.', 'kty kid alg use'),
  ...all('RFC 7518 section 6.', 'crv x y n e'),
  ...all(
    'RFC 8414 section 2.',
    'issuer authorization_endpoint token_endpoint token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported revocation_endpoint revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported jwks_uri scopes_supported response_types_supported grant_types_supported code_challenge_methods_supported',
  ),
  introspection_signing_alg_values_supported: 'RFC 9701 section 7.',
  ...all(
    'OpenID Connect Discovery section 3; only of an OpenID provider.',
    'subject_types_supported id_token_signing_alg_values_supported claims_supported acr_values_supported response_modes_supported claims_parameter_supported request_uri_parameter_supported',
  ),
  ...all('OpenID Connect Discovery section 3.', 'userinfo_endpoint userinfo_signing_alg_values_supported'),
  ...all(
    'RFC 9126 section 5.',
    'pushed_authorization_request_endpoint require_pushed_authorization_requests',
  ),
  authorization_response_iss_parameter_supported: 'RFC 9207 section 3.',
  tls_client_certificate_bound_access_tokens: 'RFC 8705 section 3.3.',
  mtls_endpoint_aliases: 'RFC 8705 section 5.',
  certbound_certificate_announcement_endpoint:
    'A member of certbound (RFC 8414 section 2 allows others): where clients announce their next certificates over mutual TLS. Absent with `fapi2` and without a mutual-TLS domain.',
}
