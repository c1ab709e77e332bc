import type { SERVICE_SETTINGS } from './service.ts'

/** The meaning of each service setting, in Markdown, for the reference and docs/settings.md. Not deployed. */
export const SERVICE_MEANINGS = {
  serviceName: 'The name of the service; shown with a ticket.',
  issuer: '`iss` in every response and token, and the base of the endpoints in the metadata.',
  credentials:
    'Not in Authlete. The credentials of callers of the Web API: a list of `id`, `role`, `note`, `createdAt` and `expiresAt`. Several at once allow rotation. An entry with an `id` keeps that credential; an entry without one makes a new credential, whose secret is shown once; a credential that the list leaves out ends.',
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
    'Not in Authlete. Whether a client secret that a caller sets may have 16 to 31 characters. On for a new service of the Web API, unless it has `fapi2`; off for a provisioned one. Switching it off ends no secret: the doctor lists the clients that have a short one.',
  accessTokenType: '`token_type` of token responses. Only `Bearer` is supported.',
  accessTokenDuration: 'Lifetime of access tokens in seconds.',
  refreshTokenDuration: 'Lifetime of refresh tokens in seconds.',
  authorizationCodeDuration: 'Lifetime of authorization codes in seconds.',
  accessTokenSignAlg:
    'The algorithm that signs access tokens, which are then JWTs. Absent: access tokens are opaque.',
  accessTokenSignatureKeyId:
    '`kid` of the key that signs access tokens. Absent: the first key that fits the algorithm.',
  introspectionSignatureKeyId:
    '`kid` of the key that signs introspection responses (RFC 9701), if it fits the requested algorithm. Absent: the first key that fits.',
  userInfoSignatureKeyId:
    '`kid` of the key that signs userinfo responses, if it fits the algorithm of the client. Absent: the first key that fits.',
  idTokenSignatureKeyId:
    '`kid` of the key that signs ID tokens, if it fits the algorithm of the client. Absent: the first key that fits.',
  idTokenDuration: 'Lifetime of ID tokens in seconds.',
  jwks: 'A JWK Set as text: the signing keys, each with one algorithm (RSA keys must name theirs and have 2048 bits). Private keys are accepted but never returned.',
  tlsClientCertificateBoundAccessTokens:
    'Whether access tokens are bound to client certificates (RFC 8705), for clients that have it on as well.',
  fapi2:
    'Not in Authlete. Enforces the [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html) with mutual TLS, or with DPoP for clients that have `dpopRequired`: settings of the service or of a client that violate it are refused by name, clients that were registered before and violate it are refused when they are used, authorization requests must be pushed, and no unbound token is issued or accepted.',
  refreshTokenKept: 'Whether a refresh returns the same refresh token instead of a new one.',
  refreshTokenDurationKept:
    'Whether a new refresh token expires when the one that it replaces would have expired.',
  refreshTokenDurationReset:
    'Whether each use of a refresh token starts its lifetime again. Only with `refreshTokenKept`.',
  refreshTokenIdempotent:
    'Whether a refresh token that was replaced at most 10 seconds ago gets the same successor again.',
  tokenExpirationLinked: 'Whether access tokens expire no later than their refresh token.',
  singleAccessTokenPerSubject:
    'Whether a new token of a subject ends the older tokens that the subject has at the client, with their refresh tokens. Not for client credentials. On at the service or at the client is enough. It uses an index that may lag behind: see [docs/store.md](store.md).',
  dpopNonceRequired:
    'Whether DPoP proofs must have a nonce of the service (RFC 9449 section 8). The first proof without one is refused, and the answer has the nonce. A call of the Web API can demand it, too.',
  dpopProofUsedOnce:
    'Of certbound. Whether a DPoP proof passes introspection and the authorizer only once, for each credential that asks. It costs a write. Off: a proof can be used again for a minute, for the same token, method and URL. At the token endpoint proofs are always used once.',
  pkceRequired:
    'Whether authorization requests must have a code challenge. On at the service or at the client is enough.',
  pkceS256Required:
    'Whether the code challenge method must be `S256`. On at the service or at the client is enough.',
  parRequired:
    'Whether authorization requests must be pushed (RFC 9126). On at the service or at the client is enough, and `fapi2` at one of them is, too.',
  pushedAuthReqDuration:
    'Lifetime in seconds of the `request_uri` of a pushed authorization request: how long the authorization request may be made with it. 600 and more counts as 599, because FAPI 2.0 demands less than 600.',
  issSuppressed: 'Whether authorization responses omit `iss` (RFC 9207).',
  errorDescriptionOmitted: 'Whether errors omit `error_description`.',
  errorUriOmitted: 'Whether errors omit `error_uri`.',
  supportedAcrs:
    'For the metadata: the authentication context classes that the authorization server in front offers.',
  supportedClaims:
    'For the metadata: the claims about end-users that the authorization server in front can give.',
  attributes:
    'Pairs of key and value, returned as `serviceAttributes` with every token and at introspection.',
  tokensNotBefore:
    'Not in Authlete. Milliseconds since the epoch: every token, code and ticket that was issued before this moment is invalid. It can only move forward, at most an hour ahead. For use after a restore: see [docs/operations.md](operations.md).',
  authorizationEndpoint: 'For the metadata. Absent: at the root of the issuer’s domain.',
  pushedAuthReqEndpoint: 'For the metadata. Absent: at the root of the issuer’s domain.',
  tokenEndpoint: 'For the metadata. Absent: at the root of the issuer’s domain.',
  revocationEndpoint: 'For the metadata. Absent: at the root of the issuer’s domain.',
  introspectionEndpoint: 'For the metadata. Absent: at the root of the issuer’s domain.',
  userInfoEndpoint:
    'For the metadata: the userinfo endpoint of the authorization server in front. Absent: the metadata have none.',
  jwksUri: 'For the metadata. Absent: at the root of the issuer’s domain.',
  mtlsEndpointAliases: 'For the metadata: the endpoints on the mutual-TLS domain (RFC 8705 section 5).',
  mutualTlsValidatePkiCertChain:
    'Whether the certificate path of a `TLS_CLIENT_AUTH` client must lead to one of `trustedRootCertificates`.',
  trustedRootCertificates:
    'PEM: the roots that certificate paths end at, and the authorities below them that complete the paths.',
  clientCertificateIssuers:
    'Not in Authlete. PEM of the CAs that issue the certificates of `TLS_CLIENT_AUTH` clients directly. An empty list lets no certificate in. Absent: every CA in the trust store can issue a certificate in a client’s name.',
  defaultResource:
    'Not in Authlete. `aud` of tokens that are requested without `resource`. Absent: the issuer.',
} as const satisfies Record<keyof typeof SERVICE_SETTINGS, string>
