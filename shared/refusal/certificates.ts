import type { Row } from './row.ts'

/** Refusals of the management of certificates. Authlete has no such APIs. */
// prettier-ignore
export const certificatesRows = () =>
  ({
  'certificate-unnamed': ['A032291', 400, 'invalid_request', "Name each certificate in one way: by 'thumbprint', by 'clientCertificate', or by 'serialNumber' with 'issuerCertificate' or 'issuerKey'. Several certificates are elements of 'certificates'."],
  'certificate-clients-missing': ['A032292', 400, 'invalid_request', "The service does not note certificates ('certificateInventory'), so 'clientIdentifiers' must name the clients whose tokens end."],
  'certificate-serial-refused': ['A032293', 400, 'invalid_request', "The service does not note certificates ('certificateInventory'), so nothing leads from 'serialNumber' to a certificate. Use 'thumbprint' or 'clientCertificate'."],
  'certificate-not-held': ['A032294', 400, 'invalid_request', "The certificate is not on hold by this API. A revocation with another reason than 'certificateHold' is final, and a list lifts its own holds."],
  'renewal-unknown': ['A032295', 400, 'invalid_request', "The client has not announced another certificate in place of 'thumbprint'."],
  'renewal-over': ['A032296', 400, 'invalid_request', 'The renewal is over. Read it to see how it has ended.'],
  'certificate-unfinished': ['A032191', 503, 'temporarily_unavailable', 'Some of the certificates are done, and some are not yet. Repeat this call to go on.'],
}) as const satisfies Record<string, Row>
