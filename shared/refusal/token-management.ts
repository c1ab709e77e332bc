import { LIMITS, RESOURCES } from '../limits.ts'
import type { Row } from './row.ts'

/** Refusals of the management of tokens (Authlete contract, section 7.6). */
// prettier-ignore
export const tokenManagementRows = () =>
  ({
  'create-grant-type-missing': ['A104201', 'BAD_REQUEST', 'invalid_request', "The 'grantType' parameter is empty."],
  'create-grant-type-refresh': ['A104202', 'BAD_REQUEST', 'invalid_request', "REFRESH_TOKEN is not allowed as a value for the 'grantType' parameter."],
  'create-grant-type-unsupported': ['A104203', 'BAD_REQUEST', 'unsupported_grant_type', 'The specified grant type is not supported by this service.'],
  'create-thumbprints-combined': ['A104291', 'BAD_REQUEST', 'invalid_request', "The request has both 'certificateThumbprint' and 'dpopKeyThumbprint': a token is bound to one of them."],
  'create-certificate-required': ['A104292', 'BAD_REQUEST', 'invalid_request', 'The tokens of the client must be bound to a certificate, not to a key.'],
  'create-key-required': ['A104293', 'BAD_REQUEST', 'invalid_request', "The tokens of the client must be bound to a key, not to a certificate, because it has 'dpopRequired' under 'fapi2'."],
  'create-certificate-revoked': ['A104294', 'BAD_REQUEST', 'invalid_request', 'The certificate is revoked.'],
  'create-subject-missing': ['A105201', 'BAD_REQUEST', 'invalid_request', "The 'subject' parameter is empty."],
  'create-subject-too-long': ['A105202', 'BAD_REQUEST', 'invalid_request', `The length of 'subject' in the /api/auth/token/create request exceeds the maximum length (${LIMITS.subject}).`],
  'create-subject-not-ascii': ['A105203', 'BAD_REQUEST', 'invalid_request', "The 'subject' in the /api/auth/token/create request contains non-ASCII letters."],
  'create-subject-is-client': ['A105291', 'BAD_REQUEST', 'invalid_request', "The 'subject' in the /api/auth/token/create request must not be the client ID of a client."],
  'create-scope-unsupported': ['A106201', 'BAD_REQUEST', 'invalid_scope', 'Unsupported scope.'],
  'create-resource-malformed': ['A106291', 'BAD_REQUEST', 'invalid_target', `The elements of 'resources' ${RESOURCES}`],
  'create-client-unknown': ['A107201', 'BAD_REQUEST', 'invalid_request', 'No client has the client ID.'],
  'create-client-locked': ['A107203', 'BAD_REQUEST', 'invalid_request', 'The client identified by the client ID is locked.'],
  'create-properties-too-big': ['A108201', 'BAD_REQUEST', 'invalid_request', "The total size of 'properties' is too big."],
  'update-token-missing': ['A134201', 'BAD_REQUEST', 'invalid_request', "The /api/auth/token/update API call must contain either the 'accessToken' or 'accessTokenHash' parameter."],
  'update-token-unknown': ['A134202', 'NOT_FOUND', 'invalid_request', "The access token identified by the 'accessToken' request parameter does not exist."],
  'update-properties-too-big': ['A134291', 'BAD_REQUEST', 'invalid_request', "The total size of 'properties' is too big."],
  'update-thumbprints-combined': ['A134292', 'BAD_REQUEST', 'invalid_request', "The request has both 'certificateThumbprint' and 'dpopKeyThumbprint': a token is bound to one of them."],
  'update-binding-kind': ['A134293', 'BAD_REQUEST', 'invalid_request', 'A token that is bound to a certificate cannot be bound to a key, nor the other way round.'],
  'update-certificate-required': ['A134294', 'BAD_REQUEST', 'invalid_request', 'The tokens of the client must be bound to a certificate, not to a key.'],
  'update-key-required': ['A134295', 'BAD_REQUEST', 'invalid_request', "The tokens of the client must be bound to a key, not to a certificate, because it has 'dpopRequired' under 'fapi2'."],
  'update-certificate-revoked': ['A134296', 'BAD_REQUEST', 'invalid_request', 'The certificate that the token is bound to is revoked.'],
  'revoke-nothing-named': ['A135291', 400, 'invalid_request', 'The request must contain a token, a client or a subject.'],
  'revoke-unfinished': ['A135191', 503, 'temporarily_unavailable', 'Some of the tokens are revoked, and some are not yet. Repeat this call to go on.'],
  'authorizations-subject-missing': ['A137202', 400, 'invalid_request', "The request parameter 'subject' must be specified."],
  'list-tokens-start-malformed': ['A159201', 400, 'invalid_request', "Parameter 'start' failed to be parsed as int."],
  'list-tokens-start-negative': ['A159202', 400, 'invalid_request', "Parameter 'start' must not be negative."],
  'list-tokens-end-malformed': ['A159203', 400, 'invalid_request', "Parameter 'end' failed to be parsed as int."],
  'list-tokens-end-negative': ['A159204', 400, 'invalid_request', "Parameter 'end' must not be negative."],
  'list-tokens-too-many': ['A159205', 400, 'invalid_request', `The requested number of access tokens to be returned from this endpoint exceeds the maximum number (${LIMITS.listedTokens}).`],
}) as const satisfies Record<string, Row>
