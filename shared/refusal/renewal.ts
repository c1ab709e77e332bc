import type { Row } from './row.ts'

/** Refusals of an announced certificate. Authlete has no such API. */
// prettier-ignore
export const renewalRows = () =>
  ({
  'renewal-not-offered': ['A033391', 'BAD_REQUEST', 'invalid_request', "The FAPI 2.0 profile ('fapi2') does not allow announcements. Refresh with the new certificate."],
  'renewal-announcement-missing': ['A033392', 'BAD_REQUEST', 'invalid_request', "The request must have one parameter 'announcement': a JWT that is signed by the key of the new certificate."],
  'renewal-announcement-wrong': ['A033393', 'BAD_REQUEST', 'invalid_request', 'The announcement is wrong: {}.'],
  'renewal-present-wrong': ['A033394', 'BAD_REQUEST', 'invalid_request', "The request must come with the present client certificate, and 'x5t#S256' of the announcement must be its thumbprint."],
  'renewal-signature-wrong': ['A033395', 'BAD_REQUEST', 'invalid_request', "The key of the certificate in 'x5c' has not signed the announcement."],
  'renewal-certificate-unfit': ['A033396', 'BAD_REQUEST', 'invalid_request', 'The new certificate would be refused. {}'],
  'renewal-taken': ['A033397', 'BAD_REQUEST', 'invalid_request', 'Another certificate is announced in place of the present one. Use it, or ask the operator to end this renewal.'],
  'renewal-vetoed': ['A033398', 'BAD_REQUEST', 'invalid_request', 'The operator has vetoed this renewal.'],
  'renewal-certificate-revoked': ['A033399', 'BAD_REQUEST', 'invalid_request', 'The present or the new client certificate is revoked.'],
  'renewal-leads-back': ['A034391', 'BAD_REQUEST', 'invalid_request', 'The client has announced another certificate in place of the new one. Make a new certificate.'],
  'renewal-too-many': ['A034392', 'BAD_REQUEST', 'invalid_request', 'Too many certificates were announced in place of the present one. Request new tokens with another certificate.'],
}) as const satisfies Record<string, Row>
