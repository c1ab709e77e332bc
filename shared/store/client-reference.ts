import { DEFAULT_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import type { Client, CLIENT_SETTINGS } from './client.ts'

/** The meaning of each client setting, in Markdown, for the reference and docs/settings.md. Not deployed. */
export const CLIENT_MEANINGS = {
  clientIdAlias: 'A second name of the client, unique in the service.',
  clientIdAliasEnabled: 'Whether the client may be named by its alias. The service must allow it too.',
  clientName: 'The name of the client; shown with a ticket.',
  clientType:
    'Whether the client can keep a secret. Must be `CONFIDENTIAL` for client credentials and for every authentication method but `NONE`.',
  tokenAuthMethod:
    'The only method by which the client authenticates. When a `CONFIDENTIAL` client is created without one, it is `CLIENT_SECRET_BASIC`.',
  redirectUris: 'The redirect URIs; compared as strings.',
  grantTypes:
    'The grant types that the client may use. Refresh tokens are issued only to clients with `REFRESH_TOKEN`.',
  responseTypes: 'The response types that the client may use.',
  tlsClientAuthSubjectDn:
    'For `TLS_CLIENT_AUTH`: the subject of the certificate as in RFC 4514, compared by value. Exactly one of the five `tlsClientAuth…` settings must be set.',
  tlsClientAuthSanDns: 'For `TLS_CLIENT_AUTH`: a DNS name in the certificate. Wildcards are not expanded.',
  tlsClientAuthSanUri: 'For `TLS_CLIENT_AUTH`: a URI in the certificate.',
  tlsClientAuthSanIp: 'For `TLS_CLIENT_AUTH`: an IP address in the certificate, compared as bytes.',
  tlsClientAuthSanEmail: 'For `TLS_CLIENT_AUTH`: an email address in the certificate.',
  jwks: 'A JWK Set as text: public keys for `PRIVATE_KEY_JWT`; for `SELF_SIGNED_TLS_CLIENT_AUTH` keys with the certificate as the first element of `x5c`. Several at once allow rotation. Ignored with `jwksUri`.',
  jwksUri:
    'Where the JWK Set is: an https URL on a public address, cached for ten minutes, and for up to an hour while it cannot be fetched.',
  selfSignedCertificateKeyId:
    'For `SELF_SIGNED_TLS_CLIENT_AUTH`: `kid` of the key whose certificate is accepted. Absent: every certificate in the set.',
  tokenAuthSignAlg: `The only algorithm of the client’s assertions. Absent: one of ${DEFAULT_ALGORITHMS.map((alg) => `\`${alg}\``).join(', ')}.`,
  introspectionSignAlg:
    'For resource servers: the algorithm of signed introspection responses (RFC 9701 section 6). The service needs a key that fits. Absent: `RS256`.',
  userInfoSignAlg:
    'The algorithm of signed userinfo responses (OpenID Connect Core section 5.3.2). The service needs a key that fits. Absent: userinfo responses are JSON.',
  idTokenSignAlg:
    'The algorithm of ID tokens. The service needs a key that fits. Absent: that of `idTokenSignatureKeyId` of the service, else `RS256` if the service has such a key, else that of its first key.',
  authTimeRequired: 'Whether ID tokens must have `auth_time`: `authorization/issue` then needs `authTime`.',
  defaultMaxAge: 'Seconds. Stands for `max_age` in authorization requests that have none.',
  defaultAcrs: 'Stand for `acr_values` in authorization requests that name no authentication context class.',
  tlsClientCertificateBoundAccessTokens:
    'Whether access tokens are bound to client certificates (RFC 8705), if the service has it on as well.',
  dpopRequired:
    'Whether token requests must have a DPoP proof (RFC 9449), so that every token is bound to a key of the client. Without it a proof binds, too. Under `fapi2` it makes the key the only binding of the client. Otherwise, where tokens must be bound to the certificate, every proof is refused, so such a client would get no tokens.',
  pkceRequired:
    'Whether authorization requests must have a code challenge. On at the service or at the client is enough.',
  pkceS256Required:
    'Whether the code challenge method must be `S256`. On at the service or at the client is enough.',
  parRequired:
    'Whether authorization requests must be pushed (RFC 9126). On at the service or at the client is enough, and `fapi2` at one of them is, too.',
  singleAccessTokenPerSubject:
    'Whether a new token of a subject ends the older tokens that the subject has at the client. On at the service or at the client is enough.',
  locked:
    'Whether the client is locked: it gets no tokens, and its tokens are invalid at once. An update can lock a client; only `/client/lock_flag/update` unlocks it.',
  attributes: 'Pairs of key and value, returned as `clientAttributes` with every token and at introspection.',
  extension:
    'Settings in an object of their own: `requestableScopesEnabled`, `requestableScopes`, `accessTokenDuration`, `refreshTokenDuration`, `idTokenDuration`.',
  resourceServerAudiences:
    'Not in Authlete. Makes the client a resource server, which may introspect tokens meant for one of these audiences; `*` stands for all.',
  fapi2:
    'Not in Authlete. Holds the client to the [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html) with mutual TLS, or with DPoP if it has `dpopRequired`, also if its service does not have `fapi2`. An update that leaves it out keeps it; only `false` takes it off.',
} as const satisfies Record<keyof typeof CLIENT_SETTINGS, string>

/** The meaning of each member of `extension`. */
export const EXTENSION_MEANINGS = {
  requestableScopesEnabled: 'Whether `requestableScopes` limits the client.',
  requestableScopes: 'The only scopes that the client may have.',
  accessTokenDuration: 'Seconds. The shortest lifetime of service, client and scopes applies.',
  refreshTokenDuration: 'Seconds. The shortest lifetime of service, client and scopes applies.',
  idTokenDuration: 'Seconds. The shorter lifetime of service and client applies.',
} as const satisfies Record<keyof NonNullable<Client['extension']>, string>
