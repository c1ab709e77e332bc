import { DEFAULT_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import type { Client, clientSettings } from './client.ts'

/** The meaning of each client setting, in Markdown, for the reference and docs/settings.md. Not deployed. */
export const CLIENT_MEANINGS = {
  clientIdAlias: 'A second name of the client, unique in the service.',
  clientIdAliasEnabled: 'Whether the client may be named by its alias. The service must allow it too.',
  clientName: 'The name of the client. The answer with a ticket shows it.',
  clientType:
    'Whether the client can keep a secret. Must be `CONFIDENTIAL` for client credentials and for every authentication method but `NONE`.',
  tokenAuthMethod:
    'The only authentication method of the client. If a `CONFIDENTIAL` client is created without one, it is `CLIENT_SECRET_BASIC`.',
  redirectUris: 'The redirect URIs. They are compared as strings.',
  grantTypes:
    'The grant types that the client may use. Refresh tokens are issued only to clients with `REFRESH_TOKEN`.',
  responseTypes: 'The response types that the client may use.',
  tlsClientAuthSubjectDn:
    'For `TLS_CLIENT_AUTH`: the subject of the certificate in the format of RFC 4514, compared by value. Exactly one of the five `tlsClientAuth…` settings must be set.',
  tlsClientAuthSanDns: 'For `TLS_CLIENT_AUTH`: a DNS name in the certificate. Wildcards are not expanded.',
  tlsClientAuthSanUri: 'For `TLS_CLIENT_AUTH`: a URI in the certificate.',
  tlsClientAuthSanIp: 'For `TLS_CLIENT_AUTH`: an IP address in the certificate, compared as bytes.',
  tlsClientAuthSanEmail: 'For `TLS_CLIENT_AUTH`: an email address in the certificate.',
  clientCertificateIssuers:
    'Authlete does not have this setting. For `TLS_CLIENT_AUTH`: the CAs that issue the certificates of this client directly, in PEM, as in the setting of the service. If both have the setting, the certificate must satisfy both. An update that leaves it out keeps it; only `null` removes it.',
  jwks: 'A JWK Set as text: public keys for `PRIVATE_KEY_JWT`; for `SELF_SIGNED_TLS_CLIENT_AUTH` keys with the certificate as the first element of `x5c`. Several keys at once allow rotation. The setting is ignored if `jwksUri` is set.',
  jwksUri:
    'The https URL of the JWK Set, on a public address. The set is cached for ten minutes, and for up to an hour while it cannot be fetched.',
  selfSignedCertificateKeyId:
    'For `SELF_SIGNED_TLS_CLIENT_AUTH`: `kid` of the key whose certificate is accepted. If absent, every certificate in the set is accepted.',
  tokenAuthSignAlg: `The only algorithm of the client’s assertions. If absent, they may use ${DEFAULT_ALGORITHMS.map((alg) => `\`${alg}\``).join(', ')}.`,
  introspectionSignAlg:
    'For resource servers: the algorithm of signed introspection responses (RFC 9701 section 6). The service must have a key for it. If absent, it is `RS256`.',
  userInfoSignAlg:
    'The algorithm of signed userinfo responses (OpenID Connect Core section 5.3.2). The service must have a key for it. If absent, userinfo responses are JSON.',
  idTokenSignAlg:
    'The algorithm of ID tokens. The service must have a key for it. If absent, it is the algorithm of `idTokenSignatureKeyId` of the service, or else `RS256` if the service has a key for it, or else the algorithm of its first key.',
  authTimeRequired: 'Whether ID tokens must have `auth_time`: `authorization/issue` then needs `authTime`.',
  defaultMaxAge: 'The default of `max_age` in authorization requests, in seconds.',
  defaultAcrs:
    'The default of `acr_values` in authorization requests that name no authentication context class.',
  tlsClientCertificateBoundAccessTokens:
    'Whether access tokens are bound to client certificates (RFC 8705). The service must have this setting on, too.',
  dpopRequired:
    'Whether token requests must have a DPoP proof (RFC 9449), so that every token is bound to a key of the client. A proof binds the token even if this is off. Under `fapi2` it makes the key the only binding of the client. Otherwise, if tokens must be bound to the certificate, every proof is refused, so such a client would get no tokens.',
  pkceRequired:
    'Whether authorization requests must have a code challenge. They must if the service or the client has this setting on.',
  pkceS256Required:
    'Whether the code challenge method must be `S256`. It must if the service or the client has this setting on.',
  parRequired:
    'Whether authorization requests must be pushed (RFC 9126). They must if the service or the client has this setting or `fapi2` on.',
  singleAccessTokenPerSubject:
    'Whether a new token of a subject ends the older tokens that the subject has at the client. It does if the service or the client has this setting on.',
  locked:
    'Whether the client is locked. A locked client gets no tokens, and its tokens are invalid at once. An update can lock a client; only `/client/lock_flag/update` unlocks it.',
  attributes:
    'Pairs of key and value. Every token response and introspection response has them as `clientAttributes`.',
  extension:
    'An object with further settings: `requestableScopesEnabled`, `requestableScopes`, `accessTokenDuration`, `refreshTokenDuration`, `idTokenDuration`.',
  resourceServerAudiences:
    'Authlete does not have this setting. It makes the client a resource server, which may introspect tokens meant for one of these audiences; `*` stands for all.',
  fapi2:
    'Authlete does not have this setting. It holds the client to the [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html) with mutual TLS, or with DPoP if it has `dpopRequired`, even if its service does not have `fapi2`. An update that leaves it out keeps it; only `false` switches it off.',
} as const satisfies Record<keyof ReturnType<typeof clientSettings>, string>

/** The meaning of each member of `extension`. */
export const EXTENSION_MEANINGS = {
  requestableScopesEnabled: 'Whether `requestableScopes` limits the client.',
  requestableScopes: 'The only scopes that the client may have.',
  accessTokenDuration:
    'Lifetime of access tokens in seconds. The shortest lifetime of service, client and scopes applies.',
  refreshTokenDuration:
    'Lifetime of refresh tokens in seconds. The shortest lifetime of service, client and scopes applies.',
  idTokenDuration: 'Lifetime of ID tokens in seconds. The shorter lifetime of service and client applies.',
} as const satisfies Record<keyof NonNullable<Client['extension']>, string>
