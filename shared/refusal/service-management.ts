import { LIMITS } from '../limits.ts'
import type { Row } from './row.ts'

/** Refusals of the management of services (Authlete contract, section 7.7). */
// prettier-ignore
export const serviceManagementRows = () =>
  ({
  'service-body-empty': ['A039201', 400, 'invalid_request', 'The request is empty.'],
  'service-issuer-missing': ['A039694', 400, 'invalid_request', "'issuer' must be specified."],
  'service-scope-duplicate': ['A039203', 400, 'invalid_request', "The scope name of the element at the index '{}' of 'supportedScopes' is a duplicate."],
  'service-scope-unnamed': ['A039204', 400, 'invalid_request', "The scope name of the element at the index '{}' of 'supportedScopes' is not specified."],
  'service-scope-malformed': ['A039206', 400, 'invalid_request', "The scope name of the element at the index '{}' of 'supportedScopes' contains a bad letter."],
  'service-root-malformed': ['A039230', 400, 'invalid_request', 'The value (trustedRootCertificates[{}]) is not a valid X509 certificate in PEM format.'],
  'service-setting-not-offered': ['A039291', 400, 'invalid_request', "'{}' is not supported and cannot be set."],
  'service-value-unsupported': ['A039292', 400, 'invalid_request', "The value is not supported as a value for '{}'."],
  'service-jwks-malformed': ['A039293', 400, 'invalid_request', "The value of 'jwks' must be a JWK Set of asymmetric signing keys with 'kid' and 'alg'."],
  'service-key-without-private': ['A039294', 400, 'invalid_request', "The key at the index '{}' of 'jwks' has no private members, and no private key is stored for it."],
  'service-key-weak': ['A039296', 400, 'invalid_request', `The key at the index '{}' of 'jwks' is too weak: an RSA key needs ${LIMITS.leastBits} bits and an odd exponent between 3 and ${LIMITS.exponent}.`],
  'service-key-unpublished': ['A039298', 400, 'invalid_request', "'{}' must be the 'kid' of a key that is already in 'jwks': a key is published before it signs."],
  'service-key-in-use': ['A039691', 400, 'invalid_request', "A key cannot be removed from '{}' while access tokens that it signed are valid."],
  'service-key-needed': ['A039693', 400, 'invalid_request', "The last key for {} cannot be removed from 'jwks'. Add another key first."],
  'service-inventory-needed': ['A039695', 400, 'invalid_request', "'certificateInventory' cannot be off while 'clientCertificatesNotBefore' has an issuer, or the deployment has revocation lists."],
  'service-clients-unread': ['A039191', 503, 'temporarily_unavailable', "The service has too many clients to find out in one call whether one of them needs the key that is removed from 'jwks'. Add another key of its algorithm first."],
  'service-roots-missing': ['A039297', 400, 'invalid_request', "'mutualTlsValidatePkiCertChain' requires the self-signed certificate of a root in 'trustedRootCertificates'."],
  'service-signing-key-missing': ['A039295', 400, 'invalid_request', "'{}' requires a matching key in 'jwks'."],
  'service-not-fapi2': ['A039299', 400, 'invalid_request', "The FAPI 2.0 profile ('fapi2') does not allow the values of these settings: {}."],
  'service-too-large': ['A039692', 400, 'invalid_request', `All settings of the service together must not exceed ${LIMITS.record} bytes of JSON.`],
  'service-deletion-unfinished': ['A037191', 503, 'temporarily_unavailable', 'The service is deleted, but some of its clients are not yet. Repeat this call to go on.'],
}) as const satisfies Record<string, Row>
