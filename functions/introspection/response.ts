import { boundThumbprint } from '../../shared/certificate/binding.ts'
import { activeTokenInFull } from '../../shared/oauth/active-token.ts'
import { bearerChallenge } from '../../shared/oauth/bearer.ts'
import type { UsableToken } from '../../shared/oauth/introspect.ts'
import type { Service } from '../../shared/store/service.ts'
import { success } from '../../shared/web-api.ts'
import type { Usable } from './answer-schema.ts'

/** `/auth/introspection`, action OK (contract, section 2.8). `expiresAt` is in milliseconds. */
export function introspectionResponse({ grant, standing }: UsableToken): Usable {
  return {
    ...success('A056001', 'The access token is valid.'),
    action: 'OK',
    // So it is published: the value with which a resource server would refuse, although it has no reason to.
    responseContent: bearerChallenge('invalid_request'),
    certificateThumbprint: boundThumbprint(grant.binding),
    clientId: grant.client,
    clientIdAlias: grant.clientIdAlias,
    clientIdAliasUsed: grant.clientIdAlias !== undefined,
    subject: grant.subject,
    scopes: grant.accessScopes.length === 0 ? undefined : grant.accessScopes,
    expiresAt: grant.accessExpiresAt * 1000,
    grantType: grant.grantType,
    properties: grant.properties.length === 0 ? undefined : grant.properties,
    ...standing,
  }
}

/** What the holder of the connection learns of its own token on the OAuth face. */
export function holderContent({ grant, jti }: UsableToken, service: Service) {
  return activeTokenInFull(grant, service, jti)
}
