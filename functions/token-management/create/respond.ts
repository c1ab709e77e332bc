import { tokenIdOf } from '../../../shared/token/token-string.ts'
import { clientIdText } from '../../../shared/store/client-view.ts'
import { tokenTypeOf } from '../../../shared/possession/token-binding.ts'
import { success, unlessEmpty } from '../../../shared/web-api.ts'
import type { CreateSuccess } from './answer-schema.ts'
import type { CreatedTokens } from './decide.ts'

/** `/auth/token/create`, action OK (Authlete contract, section 2.7). */
export function createResponse({ grant, client, issuedAt, ...issued }: CreatedTokens): CreateSuccess {
  const {
    grantType,
    accessScopes,
    terms: { scopes, subject, properties },
  } = grant
  const clientId = client.clientId
  const message = `An access token was created successfully: ${grantType}, client = ${String(clientId)}`
  return {
    ...success('A109001', message),
    action: 'OK',
    accessToken: issued.accessToken,
    jwtAccessToken: issued.jwt,
    refreshToken: issued.refreshToken,
    tokenType: tokenTypeOf(grant.binding, 'Bearer'),
    tokenId: tokenIdOf(grant),
    expiresIn: grant.accessExpiresAt - issuedAt,
    expiresAt: grant.accessExpiresAt * 1000,
    grantType,
    clientId,
    clientIdentifier: clientIdText(grant.client, grant.clientIdAlias),
    subject,
    scopes: unlessEmpty(accessScopes),
    refreshTokenScopes: grant.refresh && unlessEmpty(scopes),
    properties: unlessEmpty(properties),
  }
}
