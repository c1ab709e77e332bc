const SECTION = 'OpenID Connect Core section 5.3.2.'
const NO_TRANSFORMED_CLAIMS = 'Not supported: certbound has no transformed claims.'

/** The meanings of the members of the userinfo APIs. */
export const USERINFO_MEMBERS: Readonly<Record<string, string>> = {
  claims:
    'The names of the claims that the client has requested, with scopes or by name (OpenID Connect Core sections 5.4 and 5.5).',
  userInfoClaims: 'The member `userinfo` of the parameter `claims`: a JSON object as text.',
  'UserinfoContent.sub': SECTION,
  'UserinfoClaims.sub': SECTION,
  'UserinfoClaims.iss': SECTION,
  'UserinfoClaims.aud': SECTION,
  'AuthUserinfoRequest.dpop':
    'The DPoP proof of the client (RFC 9449). It must be absent if the token was sent with the scheme `Bearer`.',
  'AuthUserinfoRequest.htm': 'The method of the client’s request. Required with `dpop`, otherwise ignored.',
  'AuthUserinfoRequest.htu':
    'The URL of the client’s request, as known to the client. The default is `userInfoEndpoint` of the service or its alias. Without `dpop` it is ignored.',
  'AuthUserinfoIssueRequest.claims':
    'The text of a JSON object: the claims about the end-user. `iss`, `sub`, `aud`, `exp`, `nbf`, `iat` and `jti` in it are ignored.',
  'AuthUserinfoIssueRequest.sub':
    'The `sub` of the response: at most 255 printable ASCII characters. If absent, it is the subject of the token.',
  claimsForTx: NO_TRANSFORMED_CLAIMS,
  verifiedClaimsForTx: NO_TRANSFORMED_CLAIMS,
}
