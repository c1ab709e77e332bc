import type { Row } from './row.ts'

/** Refusals of introspection and revocation (Authlete contract, sections 7.4 and 7.5). */
// prettier-ignore
export const introspectionRows = () =>
  ({
  // Introspection
  'token-missing': ['A057301', 'BAD_REQUEST', 'invalid_request', 'The request does not contain a valid access token.'],
  'token-parameters-malformed': ['A057391', 'BAD_REQUEST', 'invalid_request', 'The introspection request is not a well-formed form.'],
  'token-repeated': ['A057392', 'BAD_REQUEST', 'invalid_request', "The introspection request contains multiple 'token' or 'scopes' parameters."],
  'explanation-for-managers': ['A057291', 403, 'invalid_client', "Only credentials with the role 'manage' may use 'explain'."],
  'token-unknown': ['A057302', 'UNAUTHORIZED', 'invalid_token', 'The access token does not exist.'],
  'token-without-identifier': ['A057304', 'UNAUTHORIZED', 'invalid_token', "Failed to extract the value of the 'jti' claim from the access token."],
  'token-identifier-empty': ['A057305', 'UNAUTHORIZED', 'invalid_token', "The value of the 'jti' claim in the access token is null or empty."],
  'token-not-signed': ['A057306', 'UNAUTHORIZED', 'invalid_token', 'When the format of an access token is JWT, it must be a JWS signed with an asymmetric algorithm without encryption.'],
  'token-client-deleted': ['A057393', 'UNAUTHORIZED', 'invalid_token', 'The client of the access token no longer exists.'],
  'token-client-locked': ['A057394', 'UNAUTHORIZED', 'invalid_token', 'The client of the access token is locked.'],
  'token-certificate-revoked': ['A057397', 'UNAUTHORIZED', 'invalid_token', 'The client certificate that the access token is bound to is revoked.'],
  'token-cut-off': ['A057395', 'UNAUTHORIZED', 'invalid_token', 'The access token was revoked together with all tokens of the client.'],
  'token-expired-refreshable': ['A065301', 'UNAUTHORIZED', 'invalid_token', 'The access token has expired but it can be refreshed using the corresponding refresh token.'],
  'token-expired-with-refresh': ['A065302', 'UNAUTHORIZED', 'invalid_token', 'Both the access token and the refresh token have expired.'],
  'token-expired': ['A065303', 'UNAUTHORIZED', 'invalid_token', 'The access token has expired.'],
  'certificate-missing': ['A065304', 'UNAUTHORIZED', 'invalid_token', 'The client failed to present a certificate and the access token is MTLS bound.'],
  'certificate-differs': ['A065305', 'UNAUTHORIZED', 'invalid_token', "The client's certificate does not match the thumbprint of the access token.", 'theft'],
  'certificate-unreadable': ['A065307', 'UNAUTHORIZED', 'invalid_token', 'Failed to parse the client certificate because it is malformed.'],
  'binding-damaged': ['A065391', 'UNAUTHORIZED', 'invalid_token', 'The binding of the access token cannot be verified.'],
  'token-unbound': ['A065392', 'UNAUTHORIZED', 'invalid_token', 'The access token is not bound to a client certificate.'],
  'resource-proof-missing': ['A065308', 'UNAUTHORIZED', 'invalid_token', 'Expected a DPoP header but none was provided.'],
  'resource-proof-differs': ['A065309', 'UNAUTHORIZED', 'invalid_token', 'Thumbprint of the provided DPoP key does not match the expected DPoP thumbprint.', 'theft'],
  'resource-proof-wrong': ['A065310', 'UNAUTHORIZED', 'invalid_dpop_proof', 'There was an error processing the DPoP header: {}'],
  'resource-proof-symmetric': ['A065311', 'UNAUTHORIZED', 'invalid_dpop_proof', "The DPoP signature algorithm ({}) must not be symmetric or 'none'."],
  'resource-proof-keyless': ['A065312', 'UNAUTHORIZED', 'invalid_dpop_proof', 'The DPoP header did not include a public key in JWK format.'],
  'resource-proof-algorithm-missing': ['A065313', 'UNAUTHORIZED', 'invalid_dpop_proof', 'The DPoP signature algorithm is missing.'],
  'resource-proof-needless': ['A065396', 'UNAUTHORIZED', 'invalid_token', 'A DPoP header was provided, but the access token is not bound to a key.'],
  'resource-proof-nonce-wrong': ['A065397', 'UNAUTHORIZED', 'use_dpop_nonce', 'The DPoP proof must have the nonce that this answer has.'],
  'resource-proof-used': ['A065398', 'UNAUTHORIZED', 'invalid_dpop_proof', 'The DPoP proof has already been used.'],
  'resource-proof-target-missing': ['A057396', 'BAD_REQUEST', 'invalid_request', "The request has a DPoP proof, but lacks 'htm' or 'htu'."],
  'token-scopeless': ['A064301', 'FORBIDDEN', 'insufficient_scope', 'No scopes are associated with the access token.'],
  'scope-insufficient': ['A064302', 'FORBIDDEN', 'insufficient_scope', "The access token does not cover the required scope '{}'."],
  'token-subjectless': ['A066301', 'FORBIDDEN', 'invalid_request', 'The access token is not associated with any subject.'],
  'subject-differs': ['A066302', 'FORBIDDEN', 'invalid_request', 'The subject associated with the access token is different from the subject required to access the protected resource.'],
  'acr-insufficient': ['A065393', 'UNAUTHORIZED', 'insufficient_user_authentication', 'The end-user was not authenticated by any of the methods that the resource requires.'],
  'authentication-too-old': ['A065394', 'UNAUTHORIZED', 'insufficient_user_authentication', 'The authentication of the end-user is older than the resource allows, or its time is not known.'],
  'resource-not-covered': ['A065395', 'UNAUTHORIZED', 'invalid_token', 'The access token is not intended for the resource.'],

  // Standard introspection
  'introspection-parameters-missing': ['A145201', 'BAD_REQUEST', 'invalid_request', "The standard introspection request from the service does not contain 'parameters' parameter."],
  'introspection-parameters-malformed': ['A145202', 'BAD_REQUEST', 'invalid_request', "The format of the value of 'parameters' request parameter is wrong."],
  'introspection-token-missing': ['A145302', 'BAD_REQUEST', 'invalid_request', "The 'token' request parameter is missing."],
  'introspection-token-repeated': ['A145391', 'BAD_REQUEST', 'invalid_request', 'The standard introspection request contains a parameter more than once.'],
  'introspection-resource-server-missing': ['A404301', 'BAD_REQUEST', 'invalid_request', 'The URI of the resource server is required when a JWT introspection response is requested.'],
  'introspection-not-signed': ['A404391', 'BAD_REQUEST', 'invalid_request', 'The service has no key for the algorithm of the signed introspection response.'],
  'caller-public': ['A145392', 'INVALID_CLIENT', 'invalid_client', 'A public client is not allowed to introspect tokens.'],

  // Revocation
  'revocation-parameters-missing': ['A113201', 'BAD_REQUEST', 'invalid_request', "The revocation request from the service does not contain 'parameters' parameter."],
  'revocation-parameters-malformed': ['A113202', 'BAD_REQUEST', 'invalid_request', "The format of the value of 'parameters' request parameter is wrong."],
  'revocation-token-missing': ['A115301', 'BAD_REQUEST', 'invalid_request', "The revocation request does not contain 'token' parameter."],
  'revocation-token-empty': ['A115302', 'BAD_REQUEST', 'invalid_request', "The value of 'token' in the revocation request is empty."],
  'revocation-token-repeated': ['A115303', 'BAD_REQUEST', 'invalid_request', "The revocation request contains multiple 'token' parameters."],
  'revocation-client-unidentified': ['A116302', 'INVALID_CLIENT', 'invalid_client', "The revocation request does not contain 'client_secret' although the client type of the client application that is associated with the token is 'confidential'."],
  'revocation-of-other-client': ['A116301', 'BAD_REQUEST', 'invalid_request', 'The presented token has not been issued to the client application.', 'theft'],
}) as const satisfies Record<string, Row>
