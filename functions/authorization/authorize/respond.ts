import type { Service } from '../../../shared/store/service.ts'
import { clientSummary } from '../../../shared/store/client-view.ts'
import { success, unlessEmpty } from '../../../shared/web-api.ts'
import type { AuthorizationSuccess } from '../answer-schema.ts'
import type { IssuedTicket } from './decide.ts'

/**
 * `/auth/authorization`, action INTERACTION or NO_INTERACTION (Authlete contract, section 2.1). It has no secret of the client
 * or the service.
 */
export function authorizationResponse(issued: IssuedTicket, service: Service): AuthorizationSuccess {
  const { client, clientIdAlias, ticket, scopes, resources, interaction, identity } = issued
  const { prompts, lowestPrompt, uiLocales, loginHint, display, maxAge } = interaction
  const message =
    `Authlete has successfully issued a ticket to the service (API Key = ${String(service.apiKey)}) for the ` +
    `authorization request from the client (ID = ${String(client.clientId)}). ` +
    `[response_type=code, openid=${String(identity.idToken !== undefined)}]`
  const { apiKey, serviceName, clientIdAliasEnabled } = service
  return {
    ...success('A004001', message),
    action: prompts.includes('NONE') ? 'NO_INTERACTION' : 'INTERACTION',
    ticket,
    client: clientSummary(client),
    service: { apiKey, serviceName, clientIdAliasEnabled },
    scopes: unlessEmpty(service.supportedScopes.filter(({ name }) => scopes.includes(name))),
    resources: unlessEmpty(resources),
    prompts: unlessEmpty(prompts),
    lowestPrompt,
    uiLocales: unlessEmpty(uiLocales),
    loginHint,
    display,
    maxAge,
    acrs: unlessEmpty(identity.acrs),
    acrEssential: identity.acrEssential,
    claims: unlessEmpty(identity.claims),
    claimsAtUserInfo: unlessEmpty(identity.claimsAtUserInfo),
    claimsLocales: unlessEmpty(identity.claimsLocales),
    idTokenClaims: identity.idTokenClaims,
    userInfoClaims: identity.userInfoClaims,
    subject: identity.subject,
    clientIdAliasUsed: clientIdAlias !== undefined,
  }
}
