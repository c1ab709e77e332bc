import { boundKey, boundThumbprint } from '../../../shared/certificate/binding.ts'
import { clientSummary } from '../../../shared/store/client-view.ts'
import { tokenIdOf } from '../../../shared/token/token-string.ts'
import { answer, unlessEmpty } from '../../../shared/web-api.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import type { ListedToken, TokenListAnswer } from './answer-schema.ts'
import type { TokenList } from './decide.ts'

/** `/auth/token/get/list` (Authlete contract, section 2.7). */
export function listResponse({ client, tokens, ...list }: TokenList): TokenListAnswer {
  return answer({ ...list, client: client && clientSummary(client), accessTokens: tokens.map(tokenView) })
}

/** Both hashes are our identifier of the grant, which is not derived from a token (architecture, section 3). */
function tokenView(grant: Tokens): ListedToken {
  const { accessScopes, terms, refresh, createdAt, accessIssuedAt } = grant
  const { scopes, subject, properties } = terms
  return {
    accessTokenHash: tokenIdOf(grant),
    accessTokenExpiresAt: grant.accessExpiresAt * 1000,
    refreshTokenHash: refresh && tokenIdOf(grant),
    refreshTokenExpiresAt: (refresh?.refreshExpiresAt ?? 0) * 1000,
    createdAt: createdAt * 1000,
    lastRefreshedAt: accessIssuedAt > createdAt ? accessIssuedAt * 1000 : 0,
    clientId: grant.client,
    subject,
    certificateThumbprint: boundThumbprint(grant.binding),
    dpopKeyThumbprint: boundKey(grant.binding),
    grantType: grant.grantType,
    scopes: unlessEmpty(accessScopes),
    refreshTokenScopes: refresh && unlessEmpty(scopes),
    properties: unlessEmpty(properties),
  }
}
