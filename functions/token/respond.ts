import { withProperties } from '../../shared/token/terms.ts'
import { tokenTypeOf } from '../../shared/possession/token-binding.ts'
import type { Service } from '../../shared/store/service.ts'
import { type BodyWithHeaders, withNonce } from '../../shared/http.ts'
import { answer, success, unlessEmpty } from '../../shared/web-api.ts'
import type { TokenSuccess, TokenMembers } from './answer-schema.ts'
import { OFFERED_GRANT_TYPES, type TokenResult } from './decide.ts'

/** RFC 6749 section 5.1, RFC 9449 section 5. If the token has no scopes, `scope` is `null`, which the OAuth face leaves out. */
function tokenContent(issued: TokenResult, service: Service): TokenMembers {
  const { grant, accessToken, jwt, refreshToken, idToken, issuedAt } = issued
  const members: TokenMembers = answer({
    access_token: jwt ?? accessToken,
    refresh_token: refreshToken,
    id_token: idToken,
    scope: unlessEmpty(grant.accessScopes)?.join(' ') ?? null,
    token_type: tokenTypeOf(grant.binding, service.accessTokenType),
    expires_in: grant.accessExpiresAt - issuedAt,
  })
  return withProperties(members, grant.terms)
}

/** The answer of the OAuth face. */
export function oauthToken(issued: TokenResult, service: Service): TokenMembers | BodyWithHeaders {
  return withNonce(tokenContent(issued, service), issued.proof.nonce)
}

/** `/auth/token`, action OK (Authlete contract, section 2.5). Members named `…ExpiresAt` are in milliseconds. */
export function tokenResponse(issued: TokenResult, service: Service): TokenSuccess {
  const { grant, client, clientIdAlias, grantType, issuedAt } = issued
  const { terms } = grant
  const { name, resultCode } = OFFERED_GRANT_TYPES[grantType]
  const refreshExpiresAt = grant.refresh?.refreshExpiresAt
  return {
    ...success(resultCode, `The token request (grant_type=${grantType}) was processed successfully.`),
    action: 'OK',
    responseContent: JSON.stringify(tokenContent(issued, service)),
    accessToken: issued.accessToken,
    jwtAccessToken: issued.jwt,
    accessTokenExpiresAt: grant.accessExpiresAt * 1000,
    accessTokenDuration: grant.accessExpiresAt - issuedAt,
    refreshToken: issued.refreshToken,
    refreshTokenExpiresAt: (refreshExpiresAt ?? 0) * 1000,
    refreshTokenDuration: refreshExpiresAt === undefined ? 0 : refreshExpiresAt - issuedAt,
    idToken: issued.idToken,
    grantType: name,
    clientId: client.clientId,
    clientIdAlias: client.clientIdAlias,
    clientIdAliasUsed: clientIdAlias !== undefined,
    clientAuthMethod: client.tokenAuthMethod,
    subject: terms.subject,
    properties: unlessEmpty(terms.properties),
    serviceAttributes: unlessEmpty(service.attributes),
    clientAttributes: unlessEmpty(client.attributes),
    previousRefreshTokenUsed: issued.previousRefreshTokenUsed,
    dpopNonce: issued.proof.nonce,
    scopes: unlessEmpty(grant.accessScopes),
    resources: unlessEmpty(terms.resources),
    accessTokenResources: unlessEmpty(grant.accessResources),
    refreshTokenScopes: grant.refresh && unlessEmpty(terms.scopes),
  }
}
