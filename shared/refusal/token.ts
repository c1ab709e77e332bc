import { RESOURCES } from '../limits.ts'
import type { Row } from './row.ts'

/** Refusals of a token request after client authentication (Authlete contract, sections 7.2 and 7.3). */
// prettier-ignore
export const tokenRows = () =>
  ({
  // Binding
  'binding-certificate-missing': ['A244308', 'BAD_REQUEST', 'invalid_request', 'Because the feature of certificate-bound access tokens is enabled, the client must establish a mutual TLS connection to the token endpoint.'],
  'binding-certificate-unreadable': ['A244309', 'BAD_REQUEST', 'invalid_request', 'The client certificate cannot be parsed as a valid certificate.'],
  'binding-certificate-revoked': ['A244398', 'BAD_REQUEST', 'invalid_request', 'The client certificate is revoked. Use another one.'],
  'binding-list-late': ['A245394', 'BAD_REQUEST', 'invalid_request', "No fresh revocation list covers the client certificate, and 'crlStale' of the service is 'refuse'."],
  'dpop-certificate-required': ['A244393', 'BAD_REQUEST', 'invalid_request', "The access tokens of the client must be bound to its certificate ('tlsClientCertificateBoundAccessTokens', or 'fapi2' without 'dpopRequired'), so the request must not have a DPoP proof."],
  'dpop-proof-wrong': ['A244394', 'BAD_REQUEST', 'invalid_dpop_proof', 'The DPoP proof is wrong: {}.'],
  'dpop-missing': ['A244395', 'BAD_REQUEST', 'invalid_dpop_proof', "The request must have a DPoP proof, because the client has 'dpopRequired'."],
  'dpop-nonce-wrong': ['A244396', 'BAD_REQUEST', 'use_dpop_nonce', 'The DPoP proof must have the nonce that this answer has.'],
  'dpop-used': ['A244397', 'BAD_REQUEST', 'invalid_dpop_proof', 'The DPoP proof has already been used.'],

  // Issuing
  'unbound-not-fapi2': ['A050399', 'BAD_REQUEST', 'invalid_request', "The FAPI 2.0 profile ('fapi2') does not allow an access token without a binding."],
  'token-properties-too-large': ['A050201', 'INTERNAL_SERVER_ERROR', 'server_error', "The total size of 'properties' is too big."],
  'claims-too-large': ['A050291', 'INTERNAL_SERVER_ERROR', 'server_error', "The total size of 'jwtAtClaims' is too big."],
  'jwt-not-signed': ['A050202', 'INTERNAL_SERVER_ERROR', 'server_error', 'Failed to prepare a JWT-based access token.'],
  'id-token-not-signed': ['A050292', 'INTERNAL_SERVER_ERROR', 'server_error', "The service has no key in 'jwks' for the ID tokens of the client."],

  // Scope at the token endpoint
  'scope-repeated': ['A052302', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'scope' parameters."],
  'scope-none': ['A052303', 'BAD_REQUEST', 'invalid_scope', "The token request has no 'scope' parameter or none of the given scopes is recognized as valid."],
  'scope-malformed': ['A052391', 'BAD_REQUEST', 'invalid_scope', "The value of 'scope' does not conform to RFC 6749 section 3.3."],

  // Resources (RFC 8707)
  'resource-malformed': ['A049391', 'BAD_REQUEST', 'invalid_target', `The 'resource' parameters of the token request ${RESOURCES}`],
  'code-resource-wider': ['A050393', 'BAD_REQUEST', 'invalid_target', 'The token request contains a resource that was not in the authorization request.'],
  'refresh-resource-wider': ['A053395', 'BAD_REQUEST', 'invalid_target', 'The token request contains a resource that was not granted.'],

  // Grants
  'client-credentials-for-public': ['A052301', 'BAD_REQUEST', 'unauthorized_client', "Public clients are not allowed to use 'grant_type=client_credentials'."],
  'code-missing': ['A050301', 'BAD_REQUEST', 'invalid_request', "The token request does not contain 'code' parameter although 'grant_type' is 'authorization_code'."],
  'code-empty': ['A050302', 'BAD_REQUEST', 'invalid_request', "The value of 'code' in the token request is empty."],
  'code-repeated': ['A050303', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'code' parameters."],
  'token-redirect-uri-repeated': ['A050304', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'redirect_uri' parameters."],
  'code-unknown': ['A050305', 'BAD_REQUEST', 'invalid_grant', 'No such authorization code.'],
  'code-of-other-client': ['A050307', 'BAD_REQUEST', 'invalid_grant', 'The authorization code does not belong to the client.', 'theft'],
  'redirect-uri-missing': ['A050308', 'BAD_REQUEST', 'invalid_grant', "The authorization code was created with a redirect URI specified explicitly, but the token request does not contain 'redirect_uri' parameter."],
  'redirect-uri-differs': ['A050309', 'BAD_REQUEST', 'invalid_grant', 'The redirect URI contained in the token request does not match the one which was specified when the authorization code was created.'],
  'redirect-uri-unexpected': ['A050310', 'BAD_REQUEST', 'invalid_grant', "The token request contains 'redirect_uri' although the authorization code was created without specifying any redirect URI explicitly."],
  'code-expired': ['A050311', 'BAD_REQUEST', 'invalid_grant', 'The authorization code has already expired.'],
  'code-breaks-fapi2': ['A050398', 'BAD_REQUEST', 'invalid_grant', "The authorization code was requested without S256, which the FAPI 2.0 profile ('fapi2') demands."],
  'code-cut-off': ['A050391', 'BAD_REQUEST', 'invalid_grant', 'The authorization code was revoked together with all tokens of the client.'],
  'code-certificate-revoked': ['A050396', 'BAD_REQUEST', 'invalid_grant', 'The client certificate is revoked. Use another one.'],
  'code-key-missing': ['A050394', 'BAD_REQUEST', 'invalid_grant', "The authorization code is bound to a DPoP key ('dpop_jkt'), so the token request must have a DPoP proof."],
  'code-key-differs': ['A050395', 'BAD_REQUEST', 'invalid_grant', "The authorization code is bound to another DPoP key ('dpop_jkt').", 'theft'],
  'verifier-missing': ['A050312', 'BAD_REQUEST', 'invalid_grant', "The token request does not contain 'code_verifier' although the authorization code was created with 'code_challenge'."],
  'verifier-empty': ['A050313', 'BAD_REQUEST', 'invalid_request', "The value of 'code_verifier' in the token request is empty."],
  'verifier-repeated': ['A050314', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'code_verifier' parameters."],
  'verifier-differs': ['A050315', 'BAD_REQUEST', 'invalid_grant', "The code challenge value computed with 'code_verifier' is different from 'code_challenge' contained in the authorization request.", 'theft'],
  'verifier-malformed': ['A050316', 'BAD_REQUEST', 'invalid_request', "The value of 'code_verifier' in the token request does not conform to the format defined in RFC 7636."],
  'verifier-unexpected': ['A050317', 'BAD_REQUEST', 'invalid_grant', "The token request contains 'code_verifier' although its corresponding authorization request did not contain 'code_challenge'."],
  'refresh-token-missing': ['A053301', 'BAD_REQUEST', 'invalid_request', "The token request does not contain 'refresh_token' parameter although 'grant_type' is 'refresh_token'."],
  'refresh-token-empty': ['A053302', 'BAD_REQUEST', 'invalid_request', "The value of 'refresh_token' in the token request is empty."],
  'refresh-token-repeated': ['A053303', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'refresh_token' parameters."],
  'refresh-scope-repeated': ['A053304', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'scope' parameters."],
  'refresh-token-unknown': ['A053305', 'BAD_REQUEST', 'invalid_grant', 'The refresh token passed to the token endpoint does not exist.'],
  'refresh-token-of-other-client': ['A053307', 'BAD_REQUEST', 'invalid_grant', 'The refresh token does not belong to the client.', 'theft'],
  'refresh-token-expired': ['A053308', 'BAD_REQUEST', 'invalid_grant', 'The refresh token has already expired.'],
  'refresh-scope-wider': ['A053309', 'BAD_REQUEST', 'invalid_scope', "The value of 'scope' in the token request contains a scope which is not covered by the old access token."],
  'refresh-token-cut-off': ['A053391', 'BAD_REQUEST', 'invalid_grant', 'The refresh token was revoked together with all tokens of the client.'],
  'refresh-certificate-differs': ['A053392', 'BAD_REQUEST', 'invalid_grant', 'The refresh token is bound to another client certificate.', 'theft'],
  'refresh-certificate-early': ['A053399', 'BAD_REQUEST', 'invalid_grant', 'The announced renewal of the client certificate is not in effect yet. Use the present certificate until then.'],
  'refresh-certificate-revoked': ['A053398', 'BAD_REQUEST', 'invalid_grant', 'The client certificate of the request, or the one that the refresh token is bound to, is revoked.'],
  'refresh-grant-unbound': ['A053393', 'BAD_REQUEST', 'invalid_grant', 'The refresh token was issued without a binding, but bound tokens are required now.'],
  'refresh-key-missing': ['A053396', 'BAD_REQUEST', 'invalid_grant', 'The grant is bound to a DPoP key, so the token request must have a DPoP proof.'],
  'refresh-key-differs': ['A053311', 'BAD_REQUEST', 'invalid_grant', 'The DPoP thumbprint for the refresh token did not match the thumbprint presented in the request.', 'theft'],
  'refresh-proof-needless': ['A053397', 'BAD_REQUEST', 'invalid_grant', 'The grant is bound to a client certificate, so the token request must not have a DPoP proof.'],
  'refresh-binding-damaged': ['A053394', 'BAD_REQUEST', 'invalid_grant', 'The binding of the refresh token cannot be verified.'],
}) as const satisfies Record<string, Row>
