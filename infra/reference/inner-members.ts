/** The meanings of the members of `steps`. */
export const STEP_MEANINGS: Readonly<Record<string, string>> = {
  name: 'The name of the check.',
  outcome:
    'The outcome of the check. The checks after a failed one are not made, and have no further members.',
  reason: 'The reason of the failed check, as in the log.',
  resultCode: 'The result code of the answer, at the failed check.',
  tokenFormat: '`token`: the form of the token.',
  clientId: '`token`: the client that the token was issued to.',
  clientIdAlias: '`token`: the client’s alias in the request for the token, if it is still its alias.',
  grantType: '`token`: the grant type that it was issued for.',
  issuedAt: '`token`, `client`: when it was issued, in milliseconds since the epoch.',
  locked: '`client`: whether the client is locked. It is absent if the client was deleted.',
  clientNotBefore:
    '`client`: tokens of the client that were issued before this time are revoked. Milliseconds since the epoch.',
  serviceNotBefore:
    '`client`: tokens of the service that were issued before this time are revoked. Milliseconds since the epoch.',
  certificateRevoked: '`revocation`: whether the certificate that the token is bound to is revoked.',
  expiresAt: '`expiry`: when the token expires, in milliseconds since the epoch.',
  refreshable: '`expiry`: whether its refresh token is valid.',
  proof: '`proof`: whether a DPoP proof was presented and is valid.',
  proofFault: '`proof`: the fault of the proof.',
  nonceRight: '`proof`: whether it contains a nonce of the service. It is absent if no nonce is required.',
  requiredHtm: '`proof`: the method that the proof must be for.',
  requiredHtu: '`proof`: the URL that the proof must be for.',
  proofKeyThumbprint: '`proof`, `binding`: the thumbprint (RFC 7638) of the key of the proof.',
  tokenKeyThumbprint: '`binding`: the thumbprint of the key that the token is bound to.',
  bound: '`binding`: whether the token is bound to a certificate or to a key.',
  boundOnly: '`binding`: whether an unbound token is refused.',
  certificate: '`binding`: the kind of certificate in the request.',
  tokenThumbprint: '`binding`: SHA-256, as base64url, of the certificate that the token is bound to.',
  certificateThumbprint: '`binding`: SHA-256, as base64url, of the certificate in the request.',
  required: '`scopes`, `resources`, `acr`: the values that the request requires.',
  granted:
    '`scopes`, `resources`: the values of the token. The resources include the default of the service.',
  missing: '`scopes`, `resources`: the values that are required and not granted.',
  requiredSubject: '`subject`: the end-user that the request requires.',
  grantedSubject: '`subject`: the end-user of the token.',
  grantedAcr: '`acr`: the authentication context class of the end-user’s authentication.',
  requiredMaxAge: '`maxAge`: the maximum age of the authentication, in seconds.',
  authTime: '`maxAge`: when the end-user was authenticated, in seconds since the epoch.',
}

/** Members of `records` and of their `changes`. */
export const RECORD_MEANINGS: Readonly<Record<string, string>> = {
  recordId: 'Identifies the record.',
  requestedAt: 'When it was requested. Milliseconds since the epoch.',
  operation: 'The path of the call without `/api` and its parameters, or the command.',
  credential:
    'The `id` of the credential in `credentials`; `owner:KEY` for the key and secret of the owner, `organization:KEY` for the token that belongs to them; of a command the ARN of its caller.',
  address: 'The IP address of the caller.',
  requestId: 'The request in the log.',
  reason: 'Why the call was refused, as in the log.',
  changes: 'The items that were written, at most eight of them.',
  otherItems: 'How many other items were written. Absent if the process ended before it had counted them.',
  kind: '`client`, `clientState`, `service`, `grant`, `owner`, `alias`, `signingKey`, `nonceKey`, `revocation`, `certificate`, `certificateRevocation`, `revokedCertificates`, `certificateRenewal`.',
  item: 'The key of the item.',
  clientId: 'The client that the item is about.',
  subject: 'The end-user of the grant.',
  removed: 'Whether the item was removed.',
  outcome:
    '`PARTLY`: some of the changes were done. `PENDING`: it may still be going on. `UNKNOWN`: the call broke off, and the grant was written again since.',
  members: 'The members that differ. A secret has only its name.',
  name: 'The member of the item.',
  from: 'The old value as JSON. If it is larger than 1 KB, its digest and length. It is absent if there was none.',
  to: 'The new value.',
}

/** The meanings of the members of `keyUses`. */
export const KEY_USE_MEANINGS: Readonly<Record<string, string>> = {
  kid: 'The ID of the key.',
  alg: 'The algorithm of the key.',
  signs:
    'The things that it now signs. `INTROSPECTION_RESPONSES`, `ID_TOKENS` and `USERINFO_RESPONSES` are those in its algorithm.',
  namedBy: 'The settings that name it. It can be removed only if no setting names it.',
  publishedAt:
    'When it was added to `jwks`, in milliseconds since the epoch. It is absent if that was before this was recorded.',
  signsWellFrom: 'When every copy of `/jwks` contains it, so that it may sign. Milliseconds since the epoch.',
  signingSince: 'When it began to sign access tokens, in milliseconds since the epoch.',
  signedUntil:
    'When it stopped signing access tokens, or access tokens with a longer lifetime than now. Milliseconds since the epoch.',
  withdrawableAt:
    'When the last of those tokens expires, in milliseconds since the epoch. The key cannot be removed earlier.',
}
