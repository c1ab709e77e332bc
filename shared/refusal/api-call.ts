import type { Row } from './row.ts'

/** Refusals of the API call itself, not of its OAuth request (Authlete contract, section 1.6). */
// prettier-ignore
export const apiCallRows = () =>
  ({
  'credentials-missing': ['A001202', 401, 'invalid_client', 'Authorization header is missing.'],
  'credentials-malformed': ['A001203', 401, 'invalid_client', 'Credentials in Authorization header are malformed.'],
  'service-unknown': ['A003201', 401, 'invalid_client', 'No service has the API credentials.'],
  'service-secret-wrong': ['A003204', 401, 'invalid_client', 'The API credentials do not match those of the service.'],
  'bearer-invalid': ['A458101', 401, 'invalid_client', 'The access token for the API is not valid.'],
  'role-too-small': ['A001291', 403, 'invalid_client', 'The credentials do not have the role that this API requires.'],
  'body-malformed': ['A001292', 400, 'invalid_request', 'The request body is neither a JSON object nor a form.'],
  'body-too-large': ['A001293', 400, 'invalid_request', 'The request body is too large.'],
  'member-wrong': ['A001294', 400, 'invalid_request', "The value of '{}' has the wrong type or is outside of its limits."],
  'member-refused': ['A001297', 400, 'invalid_request', "The parameter '{}' is not supported."],
  'name-reserved': ['A001298', 400, 'invalid_request', "The name '{}' is reserved and must not be used in 'properties', 'jwtAtClaims' or 'idtHeaderParams'."],
  'method-wrong': ['A001296', 405, 'invalid_request', 'The method is not allowed. Allowed: {}.'],
  'api-not-offered': ['A001295', 404, 'invalid_request', 'This API is not offered.'],
  'authlete-api-not-offered': ['A001391', 'BAD_REQUEST', 'invalid_request', 'This API is not offered.'],
  'owner-unknown': ['A002201', 401, 'invalid_client', 'No service owner has the API credentials.'],
  'owner-secret-wrong': ['A002205', 401, 'invalid_client', 'The API credentials do not match those of the service owner.'],
  'api-client-unknown': ['A001218', 404, 'invalid_request', 'The client does not exist.'],
  'api-client-number-unknown': ['A001212', 404, 'invalid_request', 'The client does not exist.'],
  'api-service-unknown': ['A037201', 404, 'invalid_request', 'The service does not exist.'],
  'private-keys-withheld': ['A001217', 403, 'invalid_client', 'This API is not usable under the current configuration.'],
  internal: ['A001101', 500, 'server_error', 'Internal server error.'],
  unavailable: ['A001191', 503, 'temporarily_unavailable', 'The store is unavailable. Try again later.'],
  'service-absent': ['A001192', 503, 'temporarily_unavailable', 'The service does not exist.'],
}) as const satisfies Record<string, Row>
