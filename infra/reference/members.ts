import { CERTIFICATE_MEMBERS } from './certificate-members.ts'
import { all, OAUTH_MEMBERS } from './oauth-members.ts'
import { USERINFO_MEMBERS } from './userinfo-members.ts'

/** The meanings of members and parameters that are not settings, keyed by name, or by `Schema.name` if a schema gives the name another meaning. */
export const MEMBERS: Readonly<Record<string, string>> = {
  // In every answer
  type: 'The kind of the answer, as in version 2 of Authlete.',
  resultCode: 'The outcome: `A` and six digits.',
  resultMessage: 'The code in brackets and a message.',
  action: 'The next action of the caller.',
  responseContent: 'The content of the response that the caller must send to the client.',

  ...CERTIFICATE_MEMBERS,
  ...USERINFO_MEMBERS,

  // Requests
  parameters: 'The request of the client as received: a query or a form body.',
  clientCertificate: 'The certificate that the client proved in the TLS handshake, as PEM.',
  clientCertificatePath:
    'The certificates that the client sent after its own, each as PEM. Used with `mutualTlsValidatePkiCertChain`.',
  introspectionSignAlg: 'The algorithm of the signed introspection response.',
  httpAcceptHeader:
    'The `Accept` header of the request. `application/token-introspection+jwt` requests a signed response (RFC 9701).',
  rsUri: 'The resource server of the request. A token for other resources is inactive.',
  ...all(
    'Not supported: introspection responses are signed with a key of the service and are not encrypted.',
    'publicKeyForEncryption sharedKeyForEncryption sharedKeyForSign introspectionEncryptionAlg',
  ),
  resources: 'Resources (RFC 8707): absolute URIs.',
  ...all(
    'The value from the `Authorization: Basic` header of the client.',
    'clientSecret AuthTokenRequest.clientId AuthRevocationRequest.clientId',
  ),
  context: 'Any text of at most 8192 bytes, which is stored with the ticket.',
  ticket: 'Identifies the authorization request.',
  subject: 'The end-user.',
  properties: 'Extra properties of the token.',
  jwtAtClaims: 'Additional claims of JWT access tokens: a JSON object or its text.',
  reason: 'Why the authorization request fails.',
  description: 'The description.',
  descriptions: 'Descriptions with language tags.',
  'AuthAuthorizationFailRequest.description': 'Replaces the error description of the reason.',
  info: 'The text that is stored with the ticket.',
  token: 'The access token.',
  ...all('The access or refresh token.', 'IntrospectionStandardForm.token RevocationForm.token'),
  scopes: 'Scopes.',
  ...all(
    'The scopes that the access token must have.',
    'AuthIntrospectionRequest.scopes IntrospectionForm.scopes',
  ),
  'AuthAuthorizationIssueRequest.scopes': 'Replaces the requested scopes.',
  'AuthIntrospectionRequest.subject': 'The end-user that the access token must belong to.',
  acr: 'The authentication context class of the end-user’s authentication.',
  authTime: 'When the end-user was authenticated, in seconds since the epoch.',
  'AuthAuthorizationIssueRequest.sub':
    'The `sub` of the ID token: at most 255 printable ASCII characters. If absent, it is the subject.',
  'AuthAuthorizationIssueRequest.claims':
    'Further claims of the ID token: a JSON object or its text, at most 2048 bytes. Claims that certbound sets are refused.',
  idtHeaderParams:
    'Further header parameters of the ID token: a JSON object or its text, at most 512 bytes. Parameters about verification are refused.',
  acrValues: 'The end-user must have been authenticated with one of these authentication context classes.',
  'AuthIntrospectionRequest.explain':
    'Whether the response contains `steps`. This requires the role `manage` and does not change the outcome.',
  'AuthIntrospectionRequest.maxAge': 'The maximum age of the end-user’s authentication, in seconds.',
  withHiddenProperties: 'Whether the response also contains hidden properties.',
  accessTokenPersistent: 'Must be false: every token expires.',
  dpop_signing_alg_values_supported: 'The algorithms of DPoP proofs.',
  dpop_jkt:
    'The thumbprint of the only key that may redeem the code, with DPoP proofs (RFC 9449 section 10).',
  dpop: 'The DPoP proof that the client sent in the header `DPoP` (RFC 9449). At `/auth/revocation` it must be empty.',
  htm: 'The method of the request with the proof. The default is `POST`.',
  htu: 'The URL of the request with the proof. If absent, the URLs of the endpoint in the metadata are accepted.',
  dpopNonceRequired:
    'Whether the proof must contain a nonce of the service, even if the setting of the service is off.',
  dpopNonce:
    'The value for the header `DPoP-Nonce`: the nonce that the next DPoP proof must contain. It is set only if nonces are required.',
  'AuthIntrospectionRequest.dpop':
    'The `DPoP` header of the client’s request (RFC 9449). Set it only if the token was sent with the scheme `DPoP`.',
  'AuthIntrospectionRequest.htm':
    'The method of the client’s request. Required with `dpop`, otherwise ignored.',
  'AuthIntrospectionRequest.htu':
    'The URL of the client’s request, as known to the client. Required with `dpop`, otherwise ignored.',
  ...all(
    'Not supported: certbound generates the values of tokens.',
    'AuthTokenRequest.accessToken AuthAuthorizationIssueRequest.accessToken AuthTokenCreateRequest.accessToken AuthTokenCreateRequest.refreshToken',
  ),
  accessTokenDuration: 'The lifetime of the access token in seconds.',
  refreshTokenDuration: 'The lifetime of the refresh token in seconds.',
  'AuthTokenUpdateRequest.accessTokenHash': 'Identifies the token: the value from a list of tokens.',
  'AuthTokenUpdateRequest.tokenId': 'Identifies the token: the identifier of its grant.',
  ...all(
    'The new time, in milliseconds since the epoch. If absent, it does not change.',
    'AuthTokenUpdateRequest.accessTokenExpiresAt AuthTokenUpdateRequest.refreshTokenExpiresAt',
  ),
  'AuthTokenUpdateRequest.scopes': 'The new scopes. If absent, they do not change.',
  'AuthTokenUpdateRequest.properties': 'The new extra properties. If absent, they do not change.',
  ...all(
    'The SHA-256 thumbprint, as base64url, of the certificate to bind the token to.',
    'AuthTokenUpdateRequest.certificateThumbprint AuthTokenCreateRequest.certificateThumbprint',
  ),
  ...all(
    'The SHA-256 thumbprint (RFC 7638) of the key to bind the token to. It cannot be combined with `certificateThumbprint`.',
    'AuthTokenUpdateRequest.dpopKeyThumbprint AuthTokenCreateRequest.dpopKeyThumbprint',
  ),
  accessTokenValueUpdated: 'Whether the token gets a new value.',
  accessTokenIdentifier: 'An access token or its `tokenId`.',
  refreshTokenIdentifier: 'A refresh token or the identifier of its grant.',
  clientIdentifier: 'The client’s number or alias.',
  clientLocked: 'Whether to lock the client.',
  'ClientSecretUpdateRequest.clientSecret': '32 to 86 letters, digits, `-` and `_`.',
  patch: 'Not supported: the document is returned unchanged.',
  includePrivateKeys: 'Must be false: private keys are never returned.',

  // Parts of settings
  key: 'The name.',
  value: 'The value.',
  hidden: 'Whether only callers of the Web API can read the property.',
  tag: 'A language tag.',
  name: 'The name.',
  uri: 'The URI.',
  defaultEntry: 'Whether the scope is granted to requests without scopes.',
  attributes: 'The attributes, as pairs of key and value.',
  id: 'Identifies the credential and is not a secret: the first 16 characters of SHA-256 over SHA-256 of the secret, each as base64url without padding. If it is absent in a request, a new credential is created.',
  role: 'The rights of the credential. Each role includes the roles before it.',
  note: 'A note for people about the caller with the credential. In a request, an absent note keeps the stored one and an empty note removes it.',
  secret: 'The secret, only in the answer to the call that created the credential.',
  tokenExchangePermitted: 'Must be false: token exchange is not offered.',

  // Answers
  accessToken: 'The access token, in its opaque form if there is also a JWT.',
  'AuthTokenUpdateRequest.accessToken': 'The access token.',
  jwtAccessToken: 'The access token as a JWT.',
  accessTokenResources: 'The resources of the access token: all or some of `resources`.',
  accessTokenExpiresAt: 'When the access token expires, in milliseconds since the epoch; 0 if there is none.',
  refreshToken: 'The refresh token.',
  refreshTokenExpiresAt:
    'When the refresh token expires, in milliseconds since the epoch; 0 if there is none.',
  refreshTokenScopes: 'The scopes of the refresh token.',
  grantType: 'The grant type that the token was issued for.',
  'AuthTokenCreateRequest.grantType': 'Only the first two values are supported; the others are refused.',
  apiKey: 'The number of the service.',
  number: 'A second number of the service, with 32 bits.',
  apiSecret: 'The password for version 2, only in this answer.',
  clientId: 'The client’s number.',
  clientIdAlias: 'The alias of the client ID.',
  clientIdAliasUsed: 'Whether the request identified the client with its alias.',
  clientAuthMethod: 'How the client was authenticated.',
  serviceNumber: 'The `number` of the service.',
  serviceAttributes: 'The attributes of the service.',
  clientAttributes: 'The attributes of the client.',
  developer: 'Lists only clients of this developer.',
  previousRefreshTokenUsed: 'Whether the refresh token had just been replaced.',
  ...all('The secret, only in this answer.', 'newClientSecret CreatedClient.clientSecret'),
  requestUri: 'The URI for `request_uri` of the authorization request.',
  client: 'The client.',
  search:
    'Lists only clients whose name, alias or client ID contains this text, without regard to case and accents.',
  pageSize: 'The number of entries of a page. The default is 20.',
  'ClientGetListRequest.pageSize':
    'The number of clients of a page, instead of `start` and `end`. The default with `pageToken` is 20. The clients are sorted by their IDs as text.',
  pageToken: 'The `nextPageToken` of the previous page.',
  nextPageToken:
    'The `pageToken` of the next page. It is absent on the last page. With `search`, a page may contain fewer clients, or none.',
  clients: 'The clients of this page of the list.',
  'ClientCertificateExplainRequest.clientId': 'Checks only this client, by its number or alias.',
  'ClientCertificateExplainResponse.outcome':
    '`PASSED`: the certificate would authenticate the client if the TLS terminator trusts it. `NOT_LOOKED_AT`: the client has another method, or its certificates are published at its `jwksUri`, which is not fetched.',
  ...all(
    'The value for the rule of the token endpoint that refuses the certificate.',
    'ClientCertificateExplainResponse.reason ClientCertificateExplainResponse.resultCode ClientCertificateExplainResponse.resultMessage',
  ),
  keyUses:
    'The uses of each key of `jwks`, and when it may be removed (docs/keys.md). Only in the answer of `/service/get`.',
  service: 'The service.',
  services: 'The services of this page of the list.',
  records: 'The records of this page, the newest first.',
  credential: 'Only changes by this credential.',
  ...all(
    'Milliseconds since the epoch. At most 31 days lie between both. Default: the last 31 days.',
    'since until',
  ),
  'AuditGetListRequest.clientId': 'Only changes of this client, by its number or alias.',
  start: 'The index of the first entry of the page, counted from 0. The default is 0.',
  end: 'The index after the last entry of the page. The default is 5.',
  totalCount: 'The number of entries in all pages.',
  count: 'The number of grants that were revoked.',
  prompts: 'The prompts that the client requests.',
  lowestPrompt: 'The entry of `prompts` that requires the least from the end-user.',
  uiLocales: 'The preferred languages of the end-user.',
  loginHint: 'A hint about the identity of the end-user.',
  display: 'The display mode for pages.',
  maxAge: 'The maximum age of the end-user’s last login in seconds; 0 for any age.',
  acrs: 'The authentication context classes that the client requests.',
  acrEssential: 'Whether the login must satisfy one of `acrs`. `issue` then accepts no other `acr`.',
  ...all(
    'The names of the claims that the client requests in the ID token.',
    'AuthAuthorizationResponse.claims',
  ),
  claimsAtUserInfo: 'The names of the claims that the client requests at the userinfo endpoint.',
  claimsLocales: 'The preferred languages of claims.',
  idTokenClaims: 'The member `id_token` of the parameter `claims`, as JSON.',
  userInfoClaims: 'The member `userinfo` of the parameter `claims`, as JSON.',
  'AuthAuthorizationResponse.subject': 'The only end-user for whom the client accepts an answer.',
  idToken: 'The ID token, if the end-user has granted `openid`.',
  ...all('OpenID Connect Core section 3.1.3.3.', 'id_token'),
  authorizationCode: 'The authorization code.',
  ticketInfo: 'The text that is stored with the ticket.',
  steps: 'The checks of the decision in order, only with `explain`. The first failed check decides.',
  existent: 'Whether the token exists.',
  usable: 'Whether the token has not expired.',
  sufficient: 'Whether the token has the required scopes.',
  refreshable: 'Whether its refresh token is valid.',
  scopeDetails: 'The scopes as declared by the service.',
  ...all('The time, in milliseconds since the epoch.', 'expiresAt createdAt modifiedAt'),
  requestableScopes:
    'The only scopes that the client may have. If absent, it may have all scopes of the service.',
  serviceApiKey: 'The number of the service.',
  latestGrantedScopes:
    'The scopes of the end-user’s newest valid grant. It is absent if there is no such grant.',
  mergedGrantedScopes: 'The scopes of all valid grants of the end-user.',
  ...all('The lifetime in seconds.', 'expiresIn expires_in'),
  certificateThumbprint:
    'The SHA-256 thumbprint, as base64url, of the certificate that the token is bound to.',
  dpopKeyThumbprint: 'The SHA-256 thumbprint (RFC 7638) of the key that the token is bound to.',
  tokenType: '`DPoP` for a token that is bound to a key, otherwise `Bearer`.',
  ...all('The identifier of the grant. It is not a token.', 'tokenId accessTokenHash refreshTokenHash'),
  accessTokens: 'The tokens of this page of the list.',
  lastRefreshedAt: 'When the token was last refreshed, in milliseconds since the epoch; 0 if never.',

  ...OAUTH_MEMBERS,
}

/** The meanings of path parameters. */
export const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  serviceId: 'The number of the service.',
  issuerPath: 'The path of the issuer (RFC 8414 section 3.1).',
  apiKey: 'The number of the service.',
  clientId: 'The client’s number or alias.',
  accessTokenIdentifier: 'An access token or its `tokenId`.',
  subject: 'The end-user.',
}
