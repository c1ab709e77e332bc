/** The ways to name a certificate in a request. */
const NAMES = {
  thumbprint: 'The SHA-256 thumbprint of the certificate, as base64url (`x5t#S256`).',
  clientCertificate: 'The certificate, as PEM.',
  issuerCertificate: 'A certificate of the CA that issued the certificate, as PEM. Only its key counts.',
  issuerKey: 'SHA-256, as base64url, of the public key of its issuer (SubjectPublicKeyInfo).',
  serialNumber: 'The serial number of the certificate, in hexadecimal.',
}

/** The members of a renewal. */
const RENEWAL_MEMBERS = {
  newThumbprint: 'The thumbprint of the announced certificate.',
  announcedAt: 'When the client announced it. Milliseconds since the epoch.',
  effectiveAt: 'From this time on the announced certificate counts. Milliseconds since the epoch.',
  endsAt: 'The end of the renewal. Milliseconds since the epoch.',
}

/** Members about certificates in use and their revocation, keyed as in MEMBERS. */
export const CERTIFICATE_MEMBERS: Readonly<Record<string, string>> = {
  ...NAMES,
  'CertificateRevocationGetRequest.clientCertificate': NAMES.clientCertificate,
  'CertificateRevokeRequest.clientCertificate': NAMES.clientCertificate,
  'CertificateReleaseRequest.clientCertificate': NAMES.clientCertificate,
  'CertificateRevokeRequest.reason':
    'The reason of RFC 5280 section 5.3.1. Only `certificateHold` can be lifted. A hold never replaces another reason.',
  certificates: 'The certificates.',
  clientIdentifiers:
    'Numbers or aliases of further clients that use the certificates. Clients with a note need not be named.',
  revokeAnnounced:
    'Whether the certificates that a revoked one has announced are revoked as well. The default is true.',
  renewals: 'The renewals that the revocation has ended, or with `dryRun` those that it would end.',
  'CertificateRenewalGetListResponse.renewals': 'The renewals.',
  'CertificateRenewalGetResponse.state':
    '`open`, `vetoed` or `ended` by management or its time, `revoked` if one of its certificates was, or `unconfirmed` if the announcement has not been completed.',
  endClientTokens:
    'Whether to end all tokens of these clients, too, also those that are bound to other certificates or unbound.',
  dryRun:
    'Whether nothing is revoked. The answer shows the clients and tokens that a revocation would concern.',
  tokens: 'The tokens of the clients, by what they are bound to.',
  registeredAt: 'The clients whose `jwks` still contains one of the certificates.',
  unknownIssuers:
    'How many certificates in use have an unknown issuer, so that `serialNumber` does not find them. Present if the request names an issuer.',
  inventoryComplete:
    'Whether every token that is bound to a certificate has a note. It is false after a time without `certificateInventory`.',
  revocations: 'The revoked certificates.',
  sources: 'The sources of lists of the deployment.',
  announcement:
    'A JWT with the type `certbound-renewal+jwt` that the key of the new certificate has signed. Its header has the new certificate in `x5c` (RFC 7515 section 4.1.6), its claims `aud` (the issuer), `iat` (at most five minutes old) and `x5t#S256` of the present certificate ([how](certificates.md#announce-the-next-certificate)).',
  effective_at: 'From this time on the new certificate counts. Seconds since the epoch.',
  ends_at: 'The end of the renewal. Seconds since the epoch.',
  ...RENEWAL_MEMBERS,
}

/** Members of the elements of `certificates`, `revocations` and `tokens`. */
export const CERTIFICATE_MEANINGS: Readonly<Record<string, string>> = {
  ...NAMES,
  thumbprints: 'The certificates in use that this names.',
  clientIds: 'The clients that use it, or that the request has named.',
  clientId: 'The client that uses it.',
  subject: 'The subject, the common name first.',
  subjectAltName: 'The subject alternative names.',
  validFrom: 'The beginning of the validity, in milliseconds since the epoch.',
  validUntil: 'The end of the validity, in milliseconds since the epoch.',
  firstSeenAt: 'When a token was bound to it for the first time. Milliseconds since the epoch.',
  lastSeenAt: 'When a token was bound to it, accurate to two days. Milliseconds since the epoch.',
  revocations: 'Its revocations, by their sources.',
  source: '`operator`, or the name of a revocation list.',
  reason: 'The reason of RFC 5280 section 5.3.1.',
  revokedAt: 'When it was revoked. Milliseconds since the epoch.',
}

/** Members of the elements of `clientCertificatesNotBefore`. */
export const ISSUER_DATE_MEANINGS: Readonly<Record<string, string>> = {
  issuerCertificate: 'A certificate of the CA, as PEM. Only its key counts.',
  notBefore:
    'Certificates of the CA whose validity begins before this time are revoked. Milliseconds since the epoch.',
}

/** Members of `tokens`. */
export const TOKEN_COUNT_MEANINGS: Readonly<Record<string, string>> = {
  certificate: 'Tokens that are bound to one of the certificates.',
  otherCertificate: 'Tokens that are bound to another certificate. They stay valid.',
  key: 'Tokens that are bound to a key (DPoP). They stay valid.',
  unbound: 'Unbound tokens. They stay valid.',
  complete: 'Whether all tokens were counted. At most some 1,000 are.',
  offlineUntil:
    'When the last JWT that is bound to one of the certificates expires. A resource server that verifies JWTs without introspection accepts them until then. Milliseconds since the epoch.',
}

/** Members of the elements of `sources` and `lists`. */
export const SOURCE_MEANINGS: Readonly<Record<string, string>> = {
  name: 'The name of the source in the settings of the deployment.',
  issuerKeys: 'SHA-256, as base64url, of each public key of the CA (SubjectPublicKeyInfo).',
  late: 'Whether no list was read yet, or the time of one of them has passed. Revoked certificates may then be accepted.',
  lists: 'The lists that were read last, one for each distribution point.',
  distributionPoint: 'The URI that the list names. Absent if it names none.',
  number: 'The number of the list (RFC 5280 section 5.2.3).',
  entries: 'How many certificates the list revokes.',
  thisUpdate: 'When the CA made the list. Milliseconds since the epoch.',
  nextUpdate:
    'Until when the CA makes the next one. Milliseconds since the epoch; 0 if the source no longer has the key that signed the list.',
}
