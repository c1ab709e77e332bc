import type { Action, ApiStatus, Redirect, WebApiMembers } from '../web-api.ts'

type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'access_denied'
  | 'login_required'
  | 'account_selection_required'
  | 'consent_required'
  | 'interaction_required'
  | 'invalid_target'
  | 'server_error'
  | 'temporarily_unavailable'

type Row = readonly [resultCode: string, action: Action | ApiStatus, error: OAuthError, message: string]

/**
 * Every way a request can be refused. The only place where a result code or a description is written.
 *
 * Codes and messages are the published ones (contract, section 7), but for codes whose last two digits are 91 or
 * more: those are ours, in the free range of their family. An action that is a number is the HTTP status of an error
 * about the API call itself. `{}` is filled from `Refusal.named`: a value that we own or that passed its grammar.
 */
// prettier-ignore
export const REFUSALS = {
  // The API call (contract, section 1.6): both faces where it fits, the Web API alone otherwise
  'credentials-missing': ['A001202', 401, 'invalid_client', 'Authorization header is missing.'],
  'credentials-malformed': ['A001203', 401, 'invalid_client', 'Credentials in Authorization header are malformed.'],
  'service-unknown': ['A003201', 401, 'invalid_client', 'No service has the API credentials.'],
  'service-secret-wrong': ['A003204', 401, 'invalid_client', 'The API credentials do not match those of the service.'],
  'bearer-invalid': ['A458101', 401, 'invalid_client', 'The access token for the API is not valid.'],
  'role-too-small': ['A001291', 403, 'invalid_client', 'The credentials do not have the role that this API requires.'],
  'body-malformed': ['A001292', 400, 'invalid_request', 'The request body is neither a JSON object nor a form.'],
  'body-too-large': ['A001293', 400, 'invalid_request', 'The request body is too large.'],
  'member-wrong': ['A001294', 400, 'invalid_request', "The value of '{}' has a wrong type."],
  'member-refused': ['A001297', 400, 'invalid_request', "The parameter '{}' is not supported."],
  'name-reserved': ['A001298', 400, 'invalid_request', "The name '{}' has a meaning of its own and cannot be given in 'properties' or 'jwtAtClaims'."],
  'method-wrong': ['A001296', 405, 'invalid_request', 'The method is not allowed. Allowed: {}.'],
  'owner-unknown': ['A002201', 401, 'invalid_client', 'No service owner has the API credentials.'],
  'owner-secret-wrong': ['A002205', 401, 'invalid_client', 'The API credentials do not match those of the service owner.'],
  'api-client-unknown': ['A001218', 404, 'invalid_request', 'The client does not exist.'],
  'api-client-number-unknown': ['A001212', 404, 'invalid_request', 'The client does not exist.'],
  'api-service-unknown': ['A037201', 404, 'invalid_request', 'The service does not exist.'],
  'private-keys-withheld': ['A001217', 403, 'invalid_client', 'This API is not usable under the current configuration.'],
  internal: ['A001101', 500, 'server_error', 'Internal server error.'],
  unavailable: ['A001191', 503, 'temporarily_unavailable', 'The store is unavailable. Try again later.'],

  // Authorization (7.1)
  'authorization-parameters-missing': ['A004201', 'BAD_REQUEST', 'invalid_request', "The authorization request from the service does not contain 'parameters' parameter."],
  'authorization-parameters-malformed': ['A004202', 'BAD_REQUEST', 'invalid_request', "The format of the value of 'parameters' request parameter is wrong."],
  'authorization-client-missing': ['A010301', 'BAD_REQUEST', 'invalid_request', "The authorization request does not contain 'client_id' parameter."],
  'authorization-client-empty': ['A010302', 'BAD_REQUEST', 'invalid_request', "The value of 'client_id' parameter contained in the authorization request is empty."],
  'authorization-client-repeated': ['A010303', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'client_id' parameters."],
  'authorization-client-unknown': ['A010304', 'BAD_REQUEST', 'invalid_request', 'No client has the client ID.'],
  'authorization-client-locked': ['A010307', 'BAD_REQUEST', 'unauthorized_client', 'The client is locked.'],
  'authorization-alias-disabled': ['A010309', 'BAD_REQUEST', 'invalid_request', 'The client ID alias of the client is not enabled.'],
  'redirect-uri-repeated': ['A011302', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'redirect_uri' parameters."],
  'redirect-uri-unregistered': ['A011304', 'BAD_REQUEST', 'invalid_request', "The value of 'redirect_uri' is not registered."],
  'redirect-uri-none-registered': ['A011309', 'BAD_REQUEST', 'invalid_request', 'The client has not registered any redirect URI.'],
  'redirect-uri-required': ['A011313', 'BAD_REQUEST', 'invalid_request', "'redirect_uri' parameter must be contained when a client that has registered multiple redirect URIs makes an authorization request."],
  'response-type-missing': ['A009301', 'BAD_REQUEST', 'invalid_request', "The authorization request does not contain 'response_type' parameter."],
  'response-type-empty': ['A009302', 'BAD_REQUEST', 'invalid_request', "The value of 'response_type' parameter contained in the authorization request is empty."],
  'response-type-repeated': ['A009303', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'response_type' parameters."],
  'response-type-unsupported': ['A009305', 'BAD_REQUEST', 'unsupported_response_type', 'The response type is not supported by this service.'],
  'response-type-undeclared': ['A009306', 'BAD_REQUEST', 'unauthorized_client', 'The client does not declare it uses the response type.'],
  'authorization-scope-repeated': ['A007302', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'scope' parameters."],
  'authorization-scope-none': ['A007305', 'BAD_REQUEST', 'invalid_scope', "The authorization request has no 'scope' parameter or none of the given scopes is recognized as valid."],
  'authorization-scope-malformed': ['A007391', 'BAD_REQUEST', 'invalid_scope', "The value of 'scope' does not conform to RFC 6749 section 3.3."],
  'state-repeated': ['A013302', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'state' parameters."],
  'state-too-long': ['A013304', 'BAD_REQUEST', 'invalid_request', "The length of 'state' exceeds the maximum length (2048)."],
  'challenge-missing': ['A124301', 'BAD_REQUEST', 'invalid_request', "The authorization request does not contain 'code_challenge' parameter. See RFC 7636 for details."],
  'challenge-empty': ['A124302', 'BAD_REQUEST', 'invalid_request', "The value of 'code_challenge' parameter in the authorization request is empty. See RFC 7636 for details."],
  'challenge-repeated': ['A124303', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'code_challenge' parameters."],
  'challenge-malformed': ['A124304', 'BAD_REQUEST', 'invalid_request', "The value of 'code_challenge' does not comply with RFC 7636."],
  'challenge-method-repeated': ['A124305', 'BAD_REQUEST', 'invalid_request', "The authorization request contains multiple 'code_challenge_method' parameters."],
  'challenge-method-unsupported': ['A124306', 'BAD_REQUEST', 'invalid_request', "The value of 'code_challenge_method' is not supported."],
  'challenge-method-missing': ['A124307', 'BAD_REQUEST', 'invalid_request', "'code_challenge_method=S256' must be explicitly included in the request."],
  'challenge-method-plain': ['A124308', 'BAD_REQUEST', 'invalid_request', "The value of the 'code_challenge_method' request parameter must be 'S256'."],
  'response-mode-unsupported': ['A004391', 'BAD_REQUEST', 'invalid_request', "The value of 'response_mode' is not supported."],
  'prompt-unknown': ['A004392', 'BAD_REQUEST', 'invalid_request', "The value of 'prompt' contains a value that is not supported."],
  'prompt-none-with-others': ['A004393', 'BAD_REQUEST', 'invalid_request', "The value of 'prompt' contains 'none' together with other values."],
  'max-age-malformed': ['A004394', 'BAD_REQUEST', 'invalid_request', "The value of 'max_age' is not a number of seconds."],
  'display-unknown': ['A004395', 'BAD_REQUEST', 'invalid_request', "The value of 'display' is not supported."],
  'authorization-parameter-repeated': ['A004396', 'BAD_REQUEST', 'invalid_request', 'The authorization request contains a parameter more than once.'],
  'ticket-missing': ['A041201', 'INTERNAL_SERVER_ERROR', 'server_error', "The value of 'ticket' in the /api/auth/authorization/issue request is null or empty."],
  'ticket-unknown': ['A041202', 'BAD_REQUEST', 'invalid_request', 'There is no entity having the ticket specified in the /api/auth/authorization/issue request.'],
  'ticket-expired': ['A041301', 'BAD_REQUEST', 'invalid_request', 'The ticket in the /api/auth/authorization/issue request has expired.'],
  'ticket-cut-off': ['A041391', 'BAD_REQUEST', 'invalid_request', 'The ticket was cut off with all tokens of the client.'],
  'ticket-consumed': ['A045304', 'BAD_REQUEST', 'invalid_request', 'The ticket for token issuance was consumed by another transaction, so tokens are not issued.'],
  'subject-missing': ['A042201', 'INTERNAL_SERVER_ERROR', 'server_error', "The value of 'subject' in the /api/auth/authorization/issue request is null or empty."],
  'subject-too-long': ['A042202', 'INTERNAL_SERVER_ERROR', 'server_error', "The length of 'subject' in the /api/auth/authorization/issue request exceeds the maximum length (100)."],
  'subject-not-ascii': ['A042203', 'INTERNAL_SERVER_ERROR', 'server_error', "The 'subject' in the /api/auth/authorization/issue request contains non-ASCII letters."],
  'issue-properties-too-large': ['A045201', 'INTERNAL_SERVER_ERROR', 'server_error', "The total size of 'properties' is too big."],
  'issue-scope-unknown': ['A045391', 'BAD_REQUEST', 'invalid_request', "The 'scopes' in the /api/auth/authorization/issue request contains a scope that is not available to the client."],

  // Failing an authorization request (2.3, 7.1): a reason is the answer that was asked for
  'fail-ticket-missing': ['A059201', 'INTERNAL_SERVER_ERROR', 'server_error', "The value of 'ticket' in the /api/auth/authorization/fail request is null or empty."],
  'fail-ticket-unknown': ['A059202', 'BAD_REQUEST', 'invalid_request', 'There is no entity having the ticket specified in the /api/auth/authorization/fail request.'],
  'fail-ticket-expired': ['A059301', 'BAD_REQUEST', 'invalid_request', 'The ticket in the /api/auth/authorization/fail request has expired.'],
  'fail-reason-missing': ['A060201', 'INTERNAL_SERVER_ERROR', 'server_error', "The /api/auth/authorization/fail request does not contain 'reason' parameter."],
  'not-logged-in': ['A060301', 'BAD_REQUEST', 'login_required', 'The authorization request contains prompt=none, but no end-user has logged in this service.'],
  'max-age-not-supported': ['A060302', 'BAD_REQUEST', 'login_required', "This service cannot handle 'max_age' parameter properly when the authorization request contains prompt=none."],
  'max-age-exceeded': ['A060303', 'BAD_REQUEST', 'login_required', 'The authorization request contains prompt=none, but the maximum authentication age has passed.'],
  'other-subject': ['A060304', 'BAD_REQUEST', 'login_required', "The authorization request contains prompt=none and specifies 'sub' claim, but the current end-user is different from the subject."],
  'acr-not-satisfied': ['A060305', 'BAD_REQUEST', 'login_required', "The authorization request contains prompt=none and requests 'acr' as essential, but the authentication performed for the end-user satisfies none of the requested ACRs."],
  denied: ['A060306', 'BAD_REQUEST', 'access_denied', 'The end-user denied the authorization request.'],
  'unknown-failure': ['A060307', 'BAD_REQUEST', 'server_error', 'The authorization request failed due to an unknown reason.'],
  'server-failure': ['A060308', 'BAD_REQUEST', 'server_error', 'The authorization request failed due to a server error.'],
  'not-authenticated': ['A060309', 'BAD_REQUEST', 'login_required', 'The authorization request failed because the end-user was not authenticated or did not exist.'],
  'account-selection-required': ['A060310', 'BAD_REQUEST', 'account_selection_required', 'The authorization server cannot obtain an account selection choice made by the end-user.'],
  'consent-required': ['A060311', 'BAD_REQUEST', 'consent_required', 'The authorization server cannot obtain consent from the end-user.'],
  'interaction-required': ['A060312', 'BAD_REQUEST', 'interaction_required', 'The authorization server needs interaction with the end-user.'],
  'target-invalid': ['A060313', 'BAD_REQUEST', 'invalid_target', 'The requested resource is invalid.'],
  'fail-scope-invalid': ['A060391', 'BAD_REQUEST', 'invalid_scope', 'The requested scope is invalid.'],
  'fail-client-unauthorized': ['A060392', 'BAD_REQUEST', 'unauthorized_client', 'The client is not authorized to make the authorization request.'],
  'fail-temporarily': ['A060393', 'BAD_REQUEST', 'temporarily_unavailable', 'The authorization server is temporarily unavailable.'],

  // What is kept with a ticket (2.4)
  'info-ticket-missing': ['A041291', 'CALLER_ERROR', 'invalid_request', "The request does not contain 'ticket' parameter."],
  'info-ticket-unknown': ['A041392', 'NOT_FOUND', 'invalid_request', 'There is no entity having the ticket.'],
  'info-missing': ['A041292', 'CALLER_ERROR', 'invalid_request', "The request does not contain 'info' parameter."],

  // Token endpoint, before the grant (7.2)
  'parameters-missing': ['A047201', 'BAD_REQUEST', 'invalid_request', "The token request from the service does not contain 'parameters' parameter."],
  'parameters-malformed': ['A047202', 'BAD_REQUEST', 'invalid_request', "The format of the value of 'parameters' request parameter is wrong."],
  'grant-type-missing': ['A049301', 'BAD_REQUEST', 'invalid_request', "The token request does not contain 'grant_type' parameter."],
  'grant-type-empty': ['A049302', 'BAD_REQUEST', 'invalid_request', "The value of 'grant_type' in the token request is empty."],
  'grant-type-repeated': ['A049303', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'grant_type' parameters."],
  'grant-type-unknown': ['A049304', 'BAD_REQUEST', 'unsupported_grant_type', "The value of 'grant_type' in the token request is invalid."],
  'grant-type-unsupported': ['A049305', 'BAD_REQUEST', 'unsupported_grant_type', "This service does not support the grant_type '{}'."],
  'grant-type-undeclared': ['A047302', 'BAD_REQUEST', 'unauthorized_client', "The grant type specified by the 'grant_type' request parameter is not included in the list of grant types that the client has declared it may use."],
  'client-missing': ['A244305', 'BAD_REQUEST', 'invalid_request', "The token request does not include any clue to identify the client. Add a 'client_id' parameter."],
  'client-unidentified': ['A244391', 'INVALID_CLIENT', 'invalid_client', 'The request does not identify a client.'],
  'client-repeated': ['A244301', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'client_id' parameters."],
  'client-contradicted': ['A048312', 'BAD_REQUEST', 'invalid_request', 'The token request specifies the client ID by two different ways but the values are different.'],
  'client-unknown': ['A048304', 'INVALID_CLIENT', 'invalid_client', 'No client has the client ID.'],
  'client-deleted': ['A048306', 'INVALID_CLIENT', 'invalid_client', 'The client has been deleted.'],
  'client-locked': ['A048307', 'INVALID_CLIENT', 'invalid_client', 'The client is locked.'],
  'client-alias-disabled': ['A048324', 'INVALID_CLIENT', 'invalid_client', 'The client ID alias of the client is not enabled.'],
  'client-secret-repeated': ['A158301', 'BAD_REQUEST', 'invalid_request', "The request contains multiple 'client_secret' parameters."],
  'assertion-type-repeated': ['A158304', 'BAD_REQUEST', 'invalid_request', "The request contains multiple 'client_assertion_type' parameters."],
  'assertion-repeated': ['A158305', 'BAD_REQUEST', 'invalid_request', "The request contains multiple 'client_assertion' parameters."],
  'methods-combined': ['A158391', 'BAD_REQUEST', 'invalid_request', 'The request uses more than one client authentication method.'],

  // Client authentication (7.2)
  'basic-malformed': ['A157391', 'INVALID_CLIENT', 'invalid_client', 'The Authorization header of the token request is malformed.'],
  'method-none-for-confidential': ['A157301', 'INVALID_CLIENT', 'invalid_client', "The client type of the client is 'confidential' but the client authentication method is 'none'."],
  'method-for-public': ['A157302', 'INVALID_CLIENT', 'invalid_client', "The client type of the client is 'public' but the client authentication method is not 'none'."],
  'credentials-of-public': ['A157303', 'INVALID_CLIENT', 'invalid_client', "The request contains data for client authentication although the client type is 'public' and the client authentication method is 'none'."],
  'client-secret-missing': ['A157304', 'INVALID_CLIENT', 'invalid_client', "The client authentication method is '{}' but the request does not include a client secret."],
  'client-secret-wrong': ['A157305', 'INVALID_CLIENT', 'invalid_client', 'The client secret presented by the client does not match the expected one.'],
  'client-secret-misplaced': ['A157357', 'INVALID_CLIENT', 'invalid_client', 'The client identifier is not found at the expected location.'],
  'method-not-registered': ['A157392', 'INVALID_CLIENT', 'invalid_client', "The request uses another client authentication method than the client's, which is '{}'."],
  'method-unsupported': ['A157344', 'INVALID_CLIENT', 'invalid_client', "The client authentication method '{}' is not supported."],
  'tls-certificate-missing': ['A157327', 'INVALID_CLIENT', 'invalid_client', 'The request does not contain a client certificate.'],
  'tls-certificate-unreadable': ['A157328', 'INVALID_CLIENT', 'invalid_client', 'The client certificate is malformed.'],
  'tls-subject-unregistered': ['A157340', 'INVALID_CLIENT', 'invalid_client', 'A subject DN or SAN of the client certificate is not registered.'],
  'tls-subject-malformed': ['A157342', 'INVALID_CLIENT', 'invalid_client', 'The subject DN of the registered client certificate is malformed.'],
  'tls-subject-differs': ['A157343', 'INVALID_CLIENT', 'invalid_client', 'The subject DN of the presented client certificate and the registered subject DN do not match.'],
  'tls-certificate-outside-dates': ['A157393', 'INVALID_CLIENT', 'invalid_client', 'The client certificate is expired or not yet valid.'],
  'tls-san-dns-differs': ['A157346', 'INVALID_CLIENT', 'invalid_client', 'The subject alternative name DNS entry of the presented client certificate did not match the registered subject alternative name DNS entry of the client.'],
  'tls-san-uri-differs': ['A157347', 'INVALID_CLIENT', 'invalid_client', 'The subject alternative name URI of the presented client certificate did not match the registered subject alternative name URI of the client.'],
  'tls-san-ip-differs': ['A157348', 'INVALID_CLIENT', 'invalid_client', 'The subject alternative name IP address of the presented client certificate did not match the registered subject alternative name IP address of the client.'],
  'tls-san-email-differs': ['A157349', 'INVALID_CLIENT', 'invalid_client', 'The subject alternative name email address of the presented client certificate did not match the registered subject alternative name email address of the client.'],
  'tls-subject-ambiguous': ['A157345', 'INVALID_CLIENT', 'invalid_client', 'The client has multiple certificate subject types registered, only one is allowed at a time.'],
  'tls-key-weak': ['A157394', 'INVALID_CLIENT', 'invalid_client', 'The key of the client certificate is too weak.'],
  'tls-issuer-unknown': ['A157395', 'INVALID_CLIENT', 'invalid_client', 'The issuer of the client certificate is not allowed by the service.'],
  'self-signed-unregistered': ['A157329', 'INVALID_CLIENT', 'invalid_client', 'The request does not contain a JWK which contains the registered self-signed certificate.'],
  'self-signed-differs': ['A157333', 'INVALID_CLIENT', 'invalid_client', 'The DER of the presented self-signed certificate and the DER of the registered self-signed certificate do not match.'],
  'client-keys-unavailable': ['A157396', 'INVALID_CLIENT', 'invalid_client', 'The JWK Set of the client is not available.'],
  'assertion-type-missing': ['A157309', 'INVALID_CLIENT', 'invalid_client', "The request does not contain 'client_assertion_type' parameter."],
  'assertion-type-unsupported': ['A157310', 'INVALID_CLIENT', 'invalid_client', 'The value of the client assertion type is not supported.'],
  'assertion-missing': ['A157311', 'INVALID_CLIENT', 'invalid_client', "The request does not contain 'client_assertion' parameter."],
  'assertion-malformed': ['A157312', 'INVALID_CLIENT', 'invalid_client', 'The client assertion is malformed.'],
  'assertion-algorithm-wrong': ['A157313', 'INVALID_CLIENT', 'invalid_client', 'The signature algorithm of the JWT for client authentication is invalid.'],
  'assertion-party-wrong': ['A157397', 'INVALID_CLIENT', 'invalid_client', "The 'iss' or the 'sub' claim of the client assertion is not the client."],
  'assertion-audience-wrong': ['A157318', 'INVALID_CLIENT', 'invalid_client', "The 'aud' claim of the client assertion is invalid."],
  'assertion-without-end': ['A157319', 'INVALID_CLIENT', 'invalid_client', "The expiration time ('exp') of the client assertion is not found."],
  'assertion-time-wrong': ['A157320', 'INVALID_CLIENT', 'invalid_client', "The expiration time ('exp') of the client assertion is invalid."],
  'assertion-without-jti': ['A157324', 'INVALID_CLIENT', 'invalid_client', "A JWT ID ('jti') is not found in the client assertion."],
  'assertion-signature-wrong': ['A157326', 'INVALID_CLIENT', 'invalid_client', 'The signature of the JWT for client authentication is invalid.'],
  'assertion-used': ['A157398', 'INVALID_CLIENT', 'invalid_client', 'The client assertion has been used already.'],

  // Binding (7.2)
  'binding-certificate-missing': ['A244308', 'BAD_REQUEST', 'invalid_request', 'Because the feature of certificate-bound access tokens is enabled, the client must establish a mutual TLS connection to the token endpoint.'],
  'binding-certificate-unreadable': ['A244309', 'BAD_REQUEST', 'invalid_request', 'The client certificate cannot be parsed as a valid certificate.'],

  // Issuing (7.3)
  'token-properties-too-large': ['A050201', 'INTERNAL_SERVER_ERROR', 'server_error', "The total size of 'properties' is too big."],
  'claims-too-large': ['A050291', 'INTERNAL_SERVER_ERROR', 'server_error', "The total size of 'jwtAtClaims' is too big."],
  'jwt-not-signed': ['A050202', 'INTERNAL_SERVER_ERROR', 'server_error', 'Failed to prepare a JWT-based access token.'],

  // Scope at the token endpoint (7.3)
  'scope-repeated': ['A052302', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'scope' parameters."],
  'scope-none': ['A052303', 'BAD_REQUEST', 'invalid_scope', "The token request has no 'scope' parameter or none of the given scopes is recognized as valid."],
  'scope-malformed': ['A052391', 'BAD_REQUEST', 'invalid_scope', "The value of 'scope' does not conform to RFC 6749 section 3.3."],

  // Grants (7.3)
  'client-credentials-for-public': ['A052301', 'BAD_REQUEST', 'unauthorized_client', "Public clients are not allowed to use 'grant_type=client_credentials'."],
  'code-missing': ['A050301', 'BAD_REQUEST', 'invalid_request', "The token request does not contain 'code' parameter although 'grant_type' is 'authorization_code'."],
  'code-empty': ['A050302', 'BAD_REQUEST', 'invalid_request', "The value of 'code' in the token request is empty."],
  'code-repeated': ['A050303', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'code' parameters."],
  'token-redirect-uri-repeated': ['A050304', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'redirect_uri' parameters."],
  'code-unknown': ['A050305', 'BAD_REQUEST', 'invalid_grant', 'No such authorization code.'],
  'code-of-other-client': ['A050307', 'BAD_REQUEST', 'invalid_grant', 'The authorization code does not belong to the client.'],
  'redirect-uri-missing': ['A050308', 'BAD_REQUEST', 'invalid_grant', "The authorization code was created with a redirect URI specified explicitly, but the token request does not contain 'redirect_uri' parameter."],
  'redirect-uri-differs': ['A050309', 'BAD_REQUEST', 'invalid_grant', 'The redirect URI contained in the token request does not match the one which was specified when the authorization code was created.'],
  'redirect-uri-unexpected': ['A050310', 'BAD_REQUEST', 'invalid_grant', "The token request contains 'redirect_uri' although the authorization code was created without specifying any redirect URI explicitly."],
  'code-expired': ['A050311', 'BAD_REQUEST', 'invalid_grant', 'The authorization code has already expired.'],
  'code-cut-off': ['A050391', 'BAD_REQUEST', 'invalid_grant', 'The authorization code was cut off with all tokens of the client.'],
  'verifier-missing': ['A050312', 'BAD_REQUEST', 'invalid_grant', "The token request does not contain 'code_verifier' although the authorization code was created with 'code_challenge'."],
  'verifier-empty': ['A050313', 'BAD_REQUEST', 'invalid_request', "The value of 'code_verifier' in the token request is empty."],
  'verifier-repeated': ['A050314', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'code_verifier' parameters."],
  'verifier-differs': ['A050315', 'BAD_REQUEST', 'invalid_grant', "The code challenge value computed with 'code_verifier' is different from 'code_challenge' contained in the authorization request."],
  'verifier-malformed': ['A050316', 'BAD_REQUEST', 'invalid_request', "The value of 'code_verifier' in the token request does not conform to the format defined in RFC 7636."],
  'verifier-unexpected': ['A050317', 'BAD_REQUEST', 'invalid_grant', "The token request contains 'code_verifier' although its corresponding authorization request did not contain 'code_challenge'."],
  'refresh-token-missing': ['A053301', 'BAD_REQUEST', 'invalid_request', "The token request does not contain 'refresh_token' parameter although 'grant_type' is 'refresh_token'."],
  'refresh-token-empty': ['A053302', 'BAD_REQUEST', 'invalid_request', "The value of 'refresh_token' in the token request is empty."],
  'refresh-token-repeated': ['A053303', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'refresh_token' parameters."],
  'refresh-scope-repeated': ['A053304', 'BAD_REQUEST', 'invalid_request', "The token request contains multiple 'scope' parameters."],
  'refresh-token-unknown': ['A053305', 'BAD_REQUEST', 'invalid_grant', 'The refresh token passed to the token endpoint does not exist.'],
  'refresh-token-of-other-client': ['A053307', 'BAD_REQUEST', 'invalid_grant', 'The refresh token does not belong to the client.'],
  'refresh-token-expired': ['A053308', 'BAD_REQUEST', 'invalid_grant', 'The refresh token has already expired.'],
  'refresh-scope-wider': ['A053309', 'BAD_REQUEST', 'invalid_scope', "The value of 'scope' in the token request contains a scope which is not covered by the old access token."],
  'refresh-token-cut-off': ['A053391', 'BAD_REQUEST', 'invalid_grant', 'The refresh token was cut off with all tokens of the client.'],
  'refresh-certificate-differs': ['A053392', 'BAD_REQUEST', 'invalid_grant', 'The refresh token is bound to another client certificate.'],
  'refresh-grant-unbound': ['A053393', 'BAD_REQUEST', 'invalid_grant', 'The refresh token was issued unbound, and bound tokens are required since.'],
  'refresh-binding-damaged': ['A053394', 'BAD_REQUEST', 'invalid_grant', 'The binding of the refresh token cannot be proved.'],

  // Introspection (7.4)
  'token-missing': ['A057301', 'BAD_REQUEST', 'invalid_request', 'The request does not contain a valid access token.'],
  'token-parameters-malformed': ['A057391', 'BAD_REQUEST', 'invalid_request', 'The introspection request is not a well-formed form.'],
  'token-repeated': ['A057392', 'BAD_REQUEST', 'invalid_request', "The introspection request contains multiple 'token' or 'scopes' parameters."],
  'token-unknown': ['A057302', 'UNAUTHORIZED', 'invalid_token', 'The access token does not exist.'],
  'token-without-identifier': ['A057304', 'UNAUTHORIZED', 'invalid_token', "Failed to extract the value of the 'jti' claim from the access token."],
  'token-not-signed': ['A057306', 'UNAUTHORIZED', 'invalid_token', 'When the format of an access token is JWT, it must be a JWS signed with an asymmetric algorithm without encryption.'],
  'token-client-deleted': ['A057393', 'UNAUTHORIZED', 'invalid_token', 'The client of the access token does not exist any longer.'],
  'token-client-locked': ['A057394', 'UNAUTHORIZED', 'invalid_token', 'The client of the access token is locked.'],
  'token-cut-off': ['A057395', 'UNAUTHORIZED', 'invalid_token', 'The access token was cut off with all tokens of the client.'],
  'token-expired-refreshable': ['A065301', 'UNAUTHORIZED', 'invalid_token', 'The access token has expired but it can be refreshed using the corresponding refresh token.'],
  'token-expired-with-refresh': ['A065302', 'UNAUTHORIZED', 'invalid_token', 'Both the access token and the refresh token have expired.'],
  'token-expired': ['A065303', 'UNAUTHORIZED', 'invalid_token', 'The access token has expired.'],
  'certificate-missing': ['A065304', 'UNAUTHORIZED', 'invalid_token', 'The client failed to present a certificate and the access token is MTLS bound.'],
  'certificate-differs': ['A065305', 'UNAUTHORIZED', 'invalid_token', "The client's certificate does not match the thumbprint of the access token."],
  'certificate-unreadable': ['A065307', 'UNAUTHORIZED', 'invalid_token', 'Failed to parse the client certificate because it is malformed.'],
  'binding-damaged': ['A065391', 'UNAUTHORIZED', 'invalid_token', 'The binding of the access token cannot be proved.'],
  'token-unbound': ['A065392', 'UNAUTHORIZED', 'invalid_token', 'The access token is not bound to a client certificate.'],
  'token-scopeless': ['A064301', 'FORBIDDEN', 'insufficient_scope', 'No scopes are associated with the access token.'],
  'scope-insufficient': ['A064302', 'FORBIDDEN', 'insufficient_scope', "The access token does not cover the required scope '{}'."],
  'token-subjectless': ['A066301', 'FORBIDDEN', 'invalid_request', 'The access token is not associated with any subject.'],
  'subject-differs': ['A066302', 'FORBIDDEN', 'invalid_request', 'The subject associated with the access token is different from the subject required to access the protected resource.'],

  // Standard introspection (7.5)
  'introspection-parameters-missing': ['A145201', 'BAD_REQUEST', 'invalid_request', "The standard introspection request from the service does not contain 'parameters' parameter."],
  'introspection-parameters-malformed': ['A145202', 'BAD_REQUEST', 'invalid_request', "The format of the value of 'parameters' request parameter is wrong."],
  'introspection-token-missing': ['A145302', 'BAD_REQUEST', 'invalid_request', "The 'token' request parameter is missing."],
  'introspection-token-repeated': ['A145391', 'BAD_REQUEST', 'invalid_request', 'The standard introspection request contains a parameter more than once.'],
  'caller-public': ['A145392', 'INVALID_CLIENT', 'invalid_client', 'A public client may not introspect tokens.'],

  // Revocation (7.5)
  'revocation-parameters-missing': ['A113201', 'BAD_REQUEST', 'invalid_request', "The revocation request from the service does not contain 'parameters' parameter."],
  'revocation-parameters-malformed': ['A113202', 'BAD_REQUEST', 'invalid_request', "The format of the value of 'parameters' request parameter is wrong."],
  'revocation-token-missing': ['A115301', 'BAD_REQUEST', 'invalid_request', "The revocation request does not contain 'token' parameter."],
  'revocation-token-repeated': ['A115303', 'BAD_REQUEST', 'invalid_request', "The revocation request contains multiple 'token' parameters."],
  'revocation-client-unidentified': ['A116302', 'INVALID_CLIENT', 'invalid_client', "The revocation request does not contain 'client_secret' although the client type of the client application that is associated with the token is 'confidential'."],
  'revocation-of-other-client': ['A116301', 'BAD_REQUEST', 'invalid_request', 'The presented token has not been issued to the client application.'],

  // Management of clients (7.6, 7.7)
  'client-body-empty': ['A032209', 400, 'invalid_request', 'The request is empty.'],
  'client-value-unsupported': ['A031201', 400, 'invalid_request', "The value is not supported as a value for '{}'."],
  'client-setting-invalid': ['A031202', 400, 'invalid_request', "'{}' is unspecified, empty or invalid."],
  'client-setting-not-ascii': ['A031203', 400, 'invalid_request', "'{}' must consist of only printable ASCII letters."],
  'client-setting-too-long': ['A031204', 400, 'invalid_request', "The length of '{}' must not exceed 200 letters."],
  'client-setting-negative': ['A031213', 400, 'invalid_request', "'{}' must not be negative."],
  'client-setting-not-offered': ['A031291', 400, 'invalid_request', "'{}' has no effect here and cannot be set."],
  'redirect-uri-malformed': ['A031208', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' is not a well-formed URI."],
  'redirect-uri-relative': ['A031209', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' is not an absolute URI."],
  'redirect-uri-with-fragment': ['A031210', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' has a fragment component."],
  'redirect-uri-duplicate': ['A031211', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' is a duplicate."],
  'client-jwks-malformed': ['A031212', 400, 'invalid_request', "The value of '{}' failed to be parsed as a JWK Set."],
  'client-subject-malformed': ['A031223', 400, 'invalid_request', "The value of '{}' is not a valid X.500 distinguished name."],
  'client-subjects-several': ['A032216', 400, 'invalid_request', 'Must not have multiple certificate subject types.'],
  'client-subject-missing': ['A032217', 400, 'invalid_request', 'When using TLS_CLIENT_AUTH, a certificate subject type must be set.'],
  'client-alias-taken': ['A123603', 400, 'invalid_request', 'Cannot create a new client because the client ID alias is already in use. Client ID aliases must be unique in the same service.'],
  'client-alias-taken-at-update': ['A030601', 400, 'invalid_request', 'Cannot update the client because the client ID alias is already in use. Client ID aliases must be unique in the same service.'],
  'client-unknown-at-delete': ['A026201', 404, 'invalid_request', 'The client does not exist.'],
  'client-unknown-at-get': ['A027201', 404, 'invalid_request', 'The client does not exist.'],
  'client-unknown-at-update': ['A029201', 404, 'invalid_request', 'The client does not exist.'],
  'client-unknown-at-secret-refresh': ['A148201', 404, 'invalid_request', 'No client has the client identifier.'],
  'client-unknown-at-secret-update': ['A149201', 404, 'invalid_request', 'No client has the client identifier.'],
  'client-secret-malformed': ['A149601', 400, 'invalid_request', "The format of the value of the 'clientSecret' request parameter is wrong."],
  'list-start-malformed': ['A028201', 400, 'invalid_request', "Parameter 'start' failed to be parsed as int."],
  'list-start-negative': ['A028202', 400, 'invalid_request', "Parameter 'start' must not be negative."],
  'list-end-wrong': ['A028291', 400, 'invalid_request', "Parameter 'end' must be an integer that is not negative."],

  // Management of services (7.7)
  'service-body-empty': ['A039201', 400, 'invalid_request', 'The request is empty.'],
  'service-scope-duplicate': ['A039203', 400, 'invalid_request', "The scope name of the element at the index '{}' of 'supportedScopes' is a duplicate."],
  'service-scope-unnamed': ['A039204', 400, 'invalid_request', "The scope name of the element at the index '{}' of 'supportedScopes' is not specified."],
  'service-scope-malformed': ['A039206', 400, 'invalid_request', "The scope name of the element at the index '{}' of 'supportedScopes' contains a bad letter."],
  'service-setting-not-offered': ['A039291', 400, 'invalid_request', "'{}' has no effect here and cannot be set."],
  'service-value-unsupported': ['A039292', 400, 'invalid_request', "The value is not supported as a value for '{}'."],
  'service-jwks-malformed': ['A039293', 400, 'invalid_request', "The value of 'jwks' is not a JWK Set of asymmetric signing keys with 'kid' and 'alg'."],
  'service-key-without-private': ['A039294', 400, 'invalid_request', "The key at the index '{}' of 'jwks' has no private members, and none are stored for it."],
  'service-signing-key-missing': ['A039295', 400, 'invalid_request', "'{}' needs a fitting key in 'jwks'."],
  // Token management (7.6)
  'create-grant-type-missing': ['A104201', 'BAD_REQUEST', 'invalid_request', "The 'grantType' parameter is empty."],
  'create-grant-type-refresh': ['A104202', 'BAD_REQUEST', 'invalid_request', "REFRESH_TOKEN is not allowed as a value for the 'grantType' parameter."],
  'create-grant-type-unsupported': ['A104203', 'BAD_REQUEST', 'unsupported_grant_type', 'The specified grant type is not supported by this service.'],
  'create-subject-missing': ['A105201', 'BAD_REQUEST', 'invalid_request', "The 'subject' parameter is empty."],
  'create-subject-too-long': ['A105202', 'BAD_REQUEST', 'invalid_request', "The length of 'subject' in the /api/auth/token/create request exceeds the maximum length (100)."],
  'create-subject-not-ascii': ['A105203', 'BAD_REQUEST', 'invalid_request', "The 'subject' in the /api/auth/token/create request contains non-ASCII letters."],
  'create-scope-unsupported': ['A106201', 'BAD_REQUEST', 'invalid_scope', 'Unsupported scope.'],
  'create-client-unknown': ['A107201', 'BAD_REQUEST', 'invalid_request', 'No client has the client ID.'],
  'create-client-locked': ['A107203', 'BAD_REQUEST', 'invalid_request', 'The client identified by the client ID is locked.'],
  'create-properties-too-big': ['A108201', 'BAD_REQUEST', 'invalid_request', "The total size of 'properties' is too big."],
  'update-token-missing': ['A134201', 'BAD_REQUEST', 'invalid_request', "The /api/auth/token/update API call must contain either the 'accessToken' or 'accessTokenHash' parameter."],
  'update-token-unknown': ['A134202', 'NOT_FOUND', 'invalid_request', "The access token identified by the 'accessToken' request parameter does not exist."],
  'update-properties-too-big': ['A134291', 'BAD_REQUEST', 'invalid_request', "The total size of 'properties' is too big."],
  'revoke-nothing-named': ['A135291', 400, 'invalid_request', 'The request names no token, client or subject.'],
  'list-tokens-start-malformed': ['A159201', 400, 'invalid_request', "Parameter 'start' failed to be parsed as int."],
  'list-tokens-start-negative': ['A159202', 400, 'invalid_request', "Parameter 'start' must not be negative."],
  'list-tokens-end-malformed': ['A159203', 400, 'invalid_request', "Parameter 'end' failed to be parsed as int."],
  'list-tokens-end-negative': ['A159204', 400, 'invalid_request', "Parameter 'end' must not be negative."],
  'list-tokens-too-many': ['A159205', 400, 'invalid_request', 'The requested number of access tokens to be returned from this endpoint exceeds the maximum number (1000).'],
} as const satisfies Record<string, Row>

export type Reason = keyof typeof REFUSALS

interface RefusalOptions {
  /** Members of the Web API answer beside the row, for example the flags of introspection. */
  readonly members?: WebApiMembers
  /** What fills the `{}` of the message. Never raw input. */
  readonly named?: string
  /** The scopes that would have been enough (RFC 6750 section 3); they have passed their grammar. */
  readonly scope?: string
  /** Where an authorization error goes once client and redirect URI are known good (RFC 6749 section 4.1.2.1). */
  readonly redirect?: (error: string, resultMessage: string) => Redirect
  /** For the log. */
  readonly cause?: unknown
}

/** The request cannot be granted. `reason` is for the log and picks the row of the answer; nothing else says why. */
export class Refusal extends Error {
  readonly reason: Reason
  readonly options: RefusalOptions

  constructor(reason: Reason, options: RefusalOptions = {}) {
    super(reason, { cause: options.cause })
    this.reason = reason
    this.options = options
  }

  /** The message of the row, complete. */
  get description(): string {
    return REFUSALS[this.reason][3].replace('{}', () => this.options.named ?? '')
  }
}
