import type { Row } from './row.ts'

/** Refusals of the management of clients (Authlete contract, sections 7.6 and 7.7). */
// prettier-ignore
export const CLIENT_MANAGEMENT = {
  'client-body-empty': ['A032209', 400, 'invalid_request', 'The request is empty.'],
  'client-value-unsupported': ['A031201', 400, 'invalid_request', "The value is not supported as a value for '{}'."],
  'client-setting-invalid': ['A031202', 400, 'invalid_request', "'{}' is unspecified, empty or invalid."],
  'client-setting-not-ascii': ['A031203', 400, 'invalid_request', "'{}' must consist of only printable ASCII letters."],
  'client-setting-too-long': ['A031204', 400, 'invalid_request', "The length of '{}' must not exceed 200 letters."],
  'client-setting-negative': ['A031213', 400, 'invalid_request', "'{}' must not be negative."],
  'client-setting-not-offered': ['A031291', 400, 'invalid_request', "'{}' is not supported and cannot be set."],
  'redirect-uri-malformed': ['A031208', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' is not a well-formed URI."],
  'redirect-uri-relative': ['A031209', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' is not an absolute URI."],
  'redirect-uri-with-fragment': ['A031210', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' has a fragment component."],
  'redirect-uri-duplicate': ['A031211', 400, 'invalid_request', "The element at the index '{}' of 'redirectUris' is a duplicate."],
  'client-jwks-malformed': ['A031212', 400, 'invalid_request', "The value of '{}' failed to be parsed as a JWK Set."],
  'client-algorithm-symmetric': ['A031222', 400, 'invalid_request', "The algorithm given as the value of '{}' is not asymmetric."],
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
  'list-end-wrong': ['A028291', 400, 'invalid_request', "Parameter 'end' must be an integer and must not be negative."],
  'client-not-fapi2': ['A031299', 400, 'invalid_request', "The FAPI 2.0 profile of the service ('fapi2') does not allow this value of '{}'."],
} as const satisfies Record<string, Row>
