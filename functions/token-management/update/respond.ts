import { tokenIdOf } from '../../../shared/token/token-string.ts'
import { tokenTypeOf } from '../../../shared/possession/token-binding.ts'
import { success, unlessEmpty } from '../../../shared/web-api.ts'
import type { UpdateSuccess } from './answer-schema.ts'
import type { UpdatedTokens } from './decide.ts'

/** `/auth/token/update`, action OK (Authlete contract, section 2.7). */
export function updateResponse({ grant, accessToken, jwt }: UpdatedTokens): UpdateSuccess {
  const {
    accessScopes,
    terms: { properties },
    refresh,
  } = grant
  return {
    ...success('A135001', 'Updated the access token successfully.'),
    action: 'OK',
    accessToken,
    jwtAccessToken: jwt,
    tokenType: tokenTypeOf(grant.binding, 'Bearer'),
    tokenId: tokenIdOf(grant),
    accessTokenExpiresAt: grant.accessExpiresAt * 1000,
    refreshTokenExpiresAt: (refresh?.refreshExpiresAt ?? 0) * 1000,
    scopes: unlessEmpty(accessScopes),
    properties: unlessEmpty(properties),
  }
}
