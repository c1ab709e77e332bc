import type { SERVICE_SETTINGS } from './service.ts'

/** The meaning of each service setting, in Markdown, for the reference and docs/settings.md. Not deployed. */
export const SERVICE_MEANINGS = {
  serviceName: 'The name of the service. The answer with a ticket shows it.',
  issuer: '`iss` in every response and token, and the base of the endpoints in the metadata.',
  credentials:
    'Authlete does not have this setting. The credentials of callers of the Web API: a list of `id`, `role`, `note`, `createdAt` and `expiresAt`. Several credentials at once allow rotation. An entry with an `id` keeps that credential. An entry without one makes a new credential, whose secret is shown once. A credential that the list leaves out ends.',
  supportedGrantTypes:
    'The grant types that the service offers. Without `REFRESH_TOKEN` no refresh tokens are issued.',
  supportedResponseTypes: 'The response types that can be registered. Only `CODE` can be used.',
  supportedTokenAuthMethods:
    'The client authentication methods of the token, revocation and introspection endpoints.',
  supportedScopes:
    'The scopes that the service offers. The attributes `access_token.duration` and `refresh_token.duration` (seconds) shorten tokens that have the scope; the attributes `regex`, `fapi` and `fapi2` are refused.',
  scopeRequired: 'Whether a request that ends up without any scope is refused.',
  clientIdAliasEnabled: 'Whether clients may be named by alias. The client must allow it too.',
  shortClientSecretsAllowed:
    'Authlete does not have this setting. Whether a client secret that a caller sets may have 16 to 31 characters. It is on for a service that the Web API created, unless the service has `fapi2`, and off for a provisioned service. Existing secrets stay valid when it is switched off: the doctor lists the clients with short secrets.',
  accessTokenType: '`token_type` of token responses. Only `Bearer` is supported.',
  accessTokenDuration: 'Lifetime of access tokens in seconds.',
  refreshTokenDuration: 'Lifetime of refresh tokens in seconds.',
  authorizationCodeDuration: 'Lifetime of authorization codes in seconds.',
  accessTokenSignAlg:
    'The algorithm that signs access tokens, which are then JWTs. If absent, access tokens are opaque.',
  accessTokenSignatureKeyId:
    '`kid` of the key that signs access tokens. If absent, it is the first key of the algorithm.',
  introspectionSignatureKeyId:
    '`kid` of the preferred key for introspection responses (RFC 9701), among keys of the requested algorithm. If absent, it is the first key of the algorithm.',
  userInfoSignatureKeyId:
    '`kid` of the preferred key for userinfo responses, among keys of the algorithm of the client. If absent, it is the first key of the algorithm.',
  idTokenSignatureKeyId:
    '`kid` of the preferred key for ID tokens, among keys of the algorithm of the client. If absent, it is the first key of the algorithm.',
  idTokenDuration: 'Lifetime of ID tokens in seconds.',
  jwks: 'A JWK Set as text: the signing keys, each with one algorithm (RSA keys must name theirs and have 2048 bits). Private keys are accepted but never returned.',
  tlsClientCertificateBoundAccessTokens:
    'Whether access tokens are bound to client certificates (RFC 8705). The client must have this setting on, too.',
  fapi2:
    'Authlete does not have this setting. It enforces the [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html) with mutual TLS, or with DPoP for clients that have `dpopRequired`: settings of the service or of a client that violate it are refused by name, clients that were registered before and violate it are refused at each request, authorization requests must be pushed, and no unbound token is issued or accepted. It does not change the cipher suites of the domains, and those of API Gateway violate section 5.2.2.',
  refreshTokenKept: 'Whether a refresh returns the same refresh token instead of a new one.',
  refreshTokenDurationKept:
    'Whether a new refresh token expires when the one that it replaces would have expired.',
  refreshTokenDurationReset:
    'Whether each use of a refresh token starts its lifetime again. It has an effect only with `refreshTokenKept`.',
  refreshTokenIdempotent:
    'Whether a refresh token that was replaced at most 10 seconds ago gets the same successor again.',
  tokenExpirationLinked: 'Whether access tokens expire no later than their refresh token.',
  singleAccessTokenPerSubject:
    'Whether a new token of a subject ends the older tokens that the subject has at the client, with their refresh tokens. It does if the service or the client has this setting on, except for client credentials. It uses an index that may lag behind: see [docs/store.md](store.md).',
  dpopNonceRequired:
    'Whether DPoP proofs must have a nonce of the service (RFC 9449 section 8). A proof without one is refused, and the answer has the nonce. A call of the Web API can require it, too.',
  dpopProofUsedOnce:
    'Authlete does not have this setting. Whether a DPoP proof passes introspection and the authorizer only once, for each credential that asks. It costs a write. If it is off, a proof can be used again for a minute, for the same token, method and URL. At the token endpoint each proof can be used only once.',
  pkceRequired:
    'Whether authorization requests must have a code challenge. They must if the service or the client has this setting on.',
  pkceS256Required:
    'Whether the code challenge method must be `S256`. It must if the service or the client has this setting on.',
  parRequired:
    'Whether authorization requests must be pushed (RFC 9126). They must if the service or the client has this setting or `fapi2` on.',
  pushedAuthReqDuration:
    'Lifetime of the `request_uri` of a pushed authorization request in seconds. Values of 600 and more count as 599, because FAPI 2.0 requires less than 600.',
  issSuppressed: 'Whether authorization responses omit `iss` (RFC 9207).',
  errorDescriptionOmitted: 'Whether errors omit `error_description`.',
  errorUriOmitted: 'Whether errors omit `error_uri`.',
  supportedAcrs:
    'The metadata list these authentication context classes that your authorization server offers.',
  supportedClaims:
    'The metadata list these claims about end-users that your authorization server can provide.',
  attributes:
    'Pairs of key and value. Every token response and introspection response has them as `serviceAttributes`.',
  tokensNotBefore:
    'Authlete does not have this setting. Milliseconds since the epoch: every token, code and ticket that was issued before this moment is invalid. It can only move forward, at most to an hour from now. Choose a moment more than `REGISTRY_CACHE_SECONDS` ahead: for that time a function with older settings in its memory may still exchange an old code or refresh token for new tokens, and only those of before the moment end. Use it after a restore: see [docs/operations.md](operations.md).',
  authorizationEndpoint: 'The metadata publish it. If absent, the metadata have none.',
  pushedAuthReqEndpoint: 'The metadata publish it. If absent, it is at the root of the issuer’s domain.',
  tokenEndpoint: 'The metadata publish it. If absent, it is at the root of the issuer’s domain.',
  revocationEndpoint: 'The metadata publish it. If absent, it is at the root of the issuer’s domain.',
  introspectionEndpoint: 'The metadata publish it. If absent, it is at the root of the issuer’s domain.',
  userInfoEndpoint:
    'The metadata publish this userinfo endpoint of your authorization server. If absent, the metadata have none.',
  certificateAnnouncementEndpoint:
    'Authlete does not have this setting. The metadata publish this URL, where clients announce their next certificates over mutual TLS. If absent, or with `fapi2`, the metadata have none.',
  jwksUri: 'The metadata publish it. If absent, it is at the root of the issuer’s domain.',
  mtlsEndpointAliases: 'The metadata publish these endpoints on the mutual-TLS domain (RFC 8705 section 5).',
  mutualTlsValidatePkiCertChain:
    'Whether the certificate path of a `TLS_CLIENT_AUTH` client must lead to one of `trustedRootCertificates`.',
  trustedRootCertificates:
    'The roots of certificate paths, in PEM, and the authorities below them that complete the paths.',
  clientCertificateIssuers:
    'Authlete does not have this setting. The CAs that issue the certificates of `TLS_CLIENT_AUTH` clients directly, in PEM. The key of one of them must have signed the certificate; names are not compared. With an empty list every certificate is refused. If absent, every CA in the trust store can issue a certificate in a client’s name.',
  clientCertificateUsage:
    'Authlete does not have this setting. The extended key usage of the certificates of `TLS_CLIENT_AUTH` clients: with `clientAuth` a certificate that has one without clientAuth and anyExtendedKeyUsage is refused, for example the certificate of a server. A new service has `clientAuth`.',
  certificateInventory:
    'Authlete does not have this setting. Whether certbound notes the certificates to which tokens are bound, with their names and times of use. `certificate/revoke` finds the clients of a certificate by these notes. Without them, each call must name the clients.',
  clientCertificatesNotBefore:
    'Authlete does not have this setting. Revokes the certificates of an issuer whose validity begins before a date. Each element has `issuerCertificate`, in PEM, of which only the key counts, and `notBefore`, in milliseconds since the epoch. It takes effect within `registryCacheSeconds`.',
  renewalDelay:
    'Authlete does not have this setting. The seconds between the announcement of a certificate and the moment from which it counts. In this time management can veto it, or let it count at once.',
  renewalDuration:
    'Authlete does not have this setting. The seconds for which an announced renewal is in effect. In this time a refresh with the announced certificate moves a grant to it.',
  crlStale:
    'Authlete does not have this setting. With `refuse`, a certificate whose issuer has a source of revocation lists neither authenticates a client nor gets new tokens, and takes no part in an announcement, while no fresh list covers it. A grant does not move from it to the announced certificate either. With `accept` it does, and the alarm reports the late list.',
  defaultResource:
    'Authlete does not have this setting. It is `aud` of tokens that are requested without `resource`. If absent, it is the issuer.',
} as const satisfies Record<keyof typeof SERVICE_SETTINGS, string>
