/** Members of `steps`. */
export const STEP_MEANINGS: Readonly<Record<string, string>> = {
  name: 'The check.',
  outcome: 'The checks after the failed one are not looked at, and have no further members.',
  reason: 'Of the failed check: the reason, as in the log.',
  resultCode: 'Of the failed check: the result code of the answer.',
  tokenFormat: '`token`: the form of the token.',
  clientId: '`token`: the client that the token was issued to.',
  clientIdAlias: '`token`: the alias by which it was asked for, if that is still its alias.',
  grantType: '`token`: the grant type that it was issued for.',
  issuedAt: '`token`, `client`: when it was issued, in milliseconds since the epoch.',
  locked: '`client`: whether the client is locked. Absent: it was deleted.',
  clientNotBefore:
    '`client`: tokens of the client that were issued earlier are cut off. Milliseconds since the epoch.',
  serviceNotBefore:
    '`client`: tokens of the service that were issued earlier are cut off. Milliseconds since the epoch.',
  expiresAt: '`expiry`: milliseconds since the epoch.',
  refreshable: '`expiry`: whether its refresh token is valid.',
  proof: '`proof`: whether a DPoP proof came, and is right.',
  proofFault: '`proof`: what is wrong with the proof.',
  nonceRight: '`proof`: whether it has a nonce of the service. Absent: none is required.',
  requiredHtm: '`proof`: the method that the proof must be for.',
  requiredHtu: '`proof`: the URL that the proof must be for.',
  proofKeyThumbprint: '`proof`, `binding`: the thumbprint (RFC 7638) of the key of the proof.',
  tokenKeyThumbprint: '`binding`: the thumbprint of the key that the token is bound to.',
  bound: '`binding`: whether the token is bound to a certificate or to a key.',
  boundOnly: '`binding`: whether an unbound token is refused.',
  certificate: '`binding`: what the request has as certificate.',
  tokenThumbprint: '`binding`: SHA-256, as base64url, of the certificate that the token is bound to.',
  certificateThumbprint: '`binding`: the same of the certificate in the request.',
  required: '`scopes`, `resources`, `acr`: what the request asks for.',
  granted: '`scopes`, `resources`: what the token has. The resources include the default of the service.',
  missing: '`scopes`, `resources`: what is required and not granted.',
  requiredSubject: '`subject`: the end-user that the request asks for.',
  grantedSubject: '`subject`: the end-user of the token.',
  grantedAcr: '`acr`: the authentication context class of the end-user’s authentication.',
  requiredMaxAge: '`maxAge`: the highest age of the authentication, in seconds.',
  authTime: '`maxAge`: when the end-user was authenticated, in seconds since the epoch.',
}

/** Members of `records` and of their `changes`. */
export const RECORD_MEANINGS: Readonly<Record<string, string>> = {
  recordId: 'Identifies the record.',
  requestedAt: 'When it was requested. Milliseconds since the epoch.',
  operation: 'The path of the call without `/api` and its parameters, or the command.',
  credential:
    'The `id` of the credential in `credentials`; `owner` or `organization` for those of the owner; of a command the ARN of its caller.',
  address: 'The IP address of the caller.',
  requestId: 'The request in the log.',
  reason: 'Why the call was refused, as in the log.',
  changes: 'The items that were written, at most eight of them.',
  otherItems: 'How many other items were written.',
  kind: '`client`, `clientState`, `service`, `grant`, `owner`, `alias`, `signingKey`, `nonceKey`, `revocation`.',
  item: 'The key of the item.',
  clientId: 'The client that the item is about.',
  subject: 'The end-user of the grant.',
  removed: 'Whether the item was removed.',
  outcome:
    '`PARTLY`: some of the changes were done. `PENDING`: it may still be going on. `UNKNOWN`: the call broke off, and the grant was written again since.',
  members: 'The members that differ. A secret has only its name.',
  name: 'The member, as the item has it.',
  from: 'The old value as JSON. Of more than 1 KB its digest and length. Absent: there was none.',
  to: 'The new value.',
}

/** Members of `keyUses`. */
export const KEY_USE_MEANINGS: Readonly<Record<string, string>> = {
  kid: 'The key.',
  alg: 'Its algorithm.',
  signs:
    'What it signs now. `INTROSPECTION_RESPONSES`, `ID_TOKENS` and `USERINFO_RESPONSES`: those in its algorithm.',
  namedBy: 'The settings that name it. Before it is removed they must not.',
  publishedAt:
    'Since when it is in `jwks`. Milliseconds since the epoch. Absent: it was there before this was recorded.',
  signsWellFrom: 'When every copy of `/jwks` has it: then it may sign. Milliseconds since the epoch.',
  signingSince: 'Since when it signs access tokens. Milliseconds since the epoch.',
  signedUntil: 'Until when it signed access tokens, or longer ones than now. Milliseconds since the epoch.',
  withdrawableAt:
    'When the last of those tokens ends: earlier it cannot be removed. Milliseconds since the epoch.',
}
