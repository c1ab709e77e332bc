import { boundKey, boundThumbprint } from '../../shared/certificate/binding.ts'
import { bearerChallenge } from '../../shared/request/bearer.ts'
import type { Service } from '../../shared/store/service.ts'
import { activeTokenInFull } from '../../shared/token/active-token.ts'
import type { ActiveTokenInFull } from '../../shared/token/active-token-schema.ts'
import type { UsableToken } from '../../shared/token/introspect.ts'
import { withProperties } from '../../shared/token/terms.ts'
import { answer, success, unlessEmpty } from '../../shared/web-api.ts'
import type { IntrospectionSuccess } from './answer-schema.ts'
import type { IntrospectedToken } from './decide.ts'

/** `/introspection`: all members of the token, and its properties without the hidden ones. */
export function heldToken(token: UsableToken, service: Service): ActiveTokenInFull {
  return withProperties(activeTokenInFull(token, service), token.grant.terms)
}

/** `/auth/introspection`, action OK (Authlete contract, section 2.8). `expiresAt` is in milliseconds. */
export function introspectionResponse(
  { grant, standing, clientAttributes, dpopNonce, steps }: IntrospectedToken,
  { attributes, supportedScopes }: Service,
): IntrospectionSuccess {
  const { terms } = grant
  const scopeDetails = supportedScopes.filter(({ name }) => grant.accessScopes.includes(name))
  return answer({
    ...success('A056001', 'The access token is valid.'),
    action: 'OK',
    // Authlete publishes this challenge, although the token is valid.
    responseContent: bearerChallenge('invalid_request'),
    certificateThumbprint: boundThumbprint(grant.binding),
    dpopKeyThumbprint: boundKey(grant.binding),
    clientId: grant.client,
    clientIdAlias: grant.clientIdAlias,
    clientIdAliasUsed: grant.clientIdAlias !== undefined,
    subject: terms.subject,
    scopes: unlessEmpty(grant.accessScopes),
    scopeDetails: unlessEmpty(scopeDetails),
    resources: unlessEmpty(terms.resources),
    accessTokenResources: unlessEmpty(grant.accessResources),
    expiresAt: grant.accessExpiresAt * 1000,
    grantType: grant.grantType,
    acr: terms.acr,
    authTime: terms.authTime,
    properties: unlessEmpty(terms.properties),
    serviceAttributes: unlessEmpty(attributes),
    clientAttributes: unlessEmpty(clientAttributes),
    ...standing,
    dpopNonce,
    steps,
  })
}
