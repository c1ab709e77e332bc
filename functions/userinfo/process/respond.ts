import type { Service } from '../../../shared/store/service.ts'
import { claimNames } from '../../../shared/token/scope-claims.ts'
import { success, unlessEmpty } from '../../../shared/web-api.ts'
import type { UserinfoSuccess } from '../answer-schema.ts'
import type { UserinfoToken } from './decide.ts'

/** `/auth/userinfo`, action OK (Authlete contract, section 2.12). */
export function userinfoResponse(
  { token, grant, clientAttributes, dpopNonce }: UserinfoToken,
  { attributes }: Service,
): UserinfoSuccess {
  const { terms } = grant
  const requested = JSON.parse(terms.userInfoClaims ?? '{}') as object
  return {
    ...success('A091001', 'The access token presented at the userinfo endpoint is valid.'),
    action: 'OK',
    token,
    clientId: grant.client,
    clientIdAlias: grant.clientIdAlias,
    clientIdAliasUsed: grant.clientIdAlias !== undefined,
    subject: terms.subject,
    scopes: unlessEmpty(grant.accessScopes),
    claims: unlessEmpty(claimNames(requested, grant.accessScopes)),
    userInfoClaims: terms.userInfoClaims,
    properties: unlessEmpty(terms.properties),
    serviceAttributes: unlessEmpty(attributes),
    clientAttributes: unlessEmpty(clientAttributes),
    dpopNonce,
  }
}
