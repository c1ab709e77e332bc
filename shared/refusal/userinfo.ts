import { LIMITS } from '../limits.ts'
import type { Row } from './row.ts'

/**
 * Refusals of the userinfo APIs (Authlete contract, section 7.8). Where Authlete has a code of its own for a check of introspection and has
 * not published it, the code is ours.
 */
// prettier-ignore
export const userinfoRows = () =>
  ({
  'userinfo-token-missing': ['A088391', 'BAD_REQUEST', 'invalid_request', 'The userinfo request does not contain a valid access token.'],
  'userinfo-token-unknown': ['A088302', 'UNAUTHORIZED', 'invalid_token', 'The access token does not exist.'],
  'userinfo-client-deleted': ['A088392', 'UNAUTHORIZED', 'invalid_token', 'The client of the access token no longer exists.'],
  'userinfo-client-locked': ['A088393', 'UNAUTHORIZED', 'invalid_token', 'The client of the access token is locked.'],
  'userinfo-certificate-revoked': ['A088396', 'UNAUTHORIZED', 'invalid_token', 'The client certificate that the access token is bound to is revoked.'],
  'userinfo-token-cut-off': ['A088394', 'UNAUTHORIZED', 'invalid_token', 'The access token was revoked together with all tokens of the client.'],
  'userinfo-token-expired': ['A089391', 'UNAUTHORIZED', 'invalid_token', 'The access token has expired.'],
  'userinfo-certificate-missing': ['A089307', 'UNAUTHORIZED', 'invalid_token', 'The access token is bound to a client certificate, but the userinfo request includes no client certificate.'],
  'userinfo-certificate-unreadable': ['A089308', 'UNAUTHORIZED', 'invalid_token', 'Failed to parse the client certificate because it is malformed.'],
  'userinfo-certificate-differs': ['A089310', 'UNAUTHORIZED', 'invalid_token', 'The thumbprint of the client certificate used in the userinfo request does not match the thumbprint of the client certificate to which the access token is bound.', 'theft'],
  'userinfo-proof-missing': ['A089311', 'UNAUTHORIZED', 'invalid_token', 'Expected a DPoP header but none was provided.'],
  'userinfo-proof-target-missing': ['A088395', 'BAD_REQUEST', 'invalid_request', "The userinfo request has a DPoP proof, but its method, 'htm', or its URL, 'htu', is not known."],
  'userinfo-binding-damaged': ['A089392', 'UNAUTHORIZED', 'invalid_token', 'The binding of the access token cannot be verified.'],
  'userinfo-token-unbound': ['A089393', 'UNAUTHORIZED', 'invalid_token', 'The access token is not bound.'],
  'userinfo-scope-missing': ['A089304', 'FORBIDDEN', 'insufficient_scope', "The userinfo endpoint requires 'openid' scope, but the access token does not cover the scope."],
  'userinfo-subject-missing': ['A089394', 'FORBIDDEN', 'invalid_request', 'The access token is not associated with any subject.'],

  // The answer of the userinfo endpoint
  'userinfo-claims-malformed': ['A096291', 'INTERNAL_SERVER_ERROR', 'server_error', "The value of 'claims' in the /auth/userinfo/issue request is not a JSON object, or has a member more than once."],
  'userinfo-sub-malformed': ['A096292', 'INTERNAL_SERVER_ERROR', 'server_error', `The value of 'sub' in the /auth/userinfo/issue request must consist of printable ASCII characters and must not exceed ${LIMITS.sub} of them.`],
  'userinfo-not-signed': ['A096293', 'INTERNAL_SERVER_ERROR', 'server_error', "The service has no key for the 'userInfoSignAlg' of the client."],
}) as const satisfies Record<string, Row>
