import { boundThumbprint } from '../../shared/certificate/binding.ts'
import { audienceOf } from '../../shared/oauth/active-token.ts'
import type { UsableToken } from '../../shared/oauth/introspect.ts'
import type { Service } from '../../shared/store/service.ts'

/**
 * What the integration learns, as `requestContext.authorizer.lambda` (HTTP API) or `requestContext.authorizer` (REST
 * API, where every value arrives as text). Strings and numbers alone; never the token. `exp` is in seconds.
 */
export function authorizerContext({ grant }: UsableToken, service: Service) {
  const { subject, accessScopes } = grant
  const thumbprint = boundThumbprint(grant.binding)
  return {
    client_id: grant.clientIdAlias ?? String(grant.client),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(accessScopes.length === 0 ? {} : { scope: accessScopes.join(' ') }),
    iss: service.issuer,
    aud: audienceOf(service),
    exp: grant.accessExpiresAt,
    ...(thumbprint === undefined ? {} : { certificateThumbprint: thumbprint }),
  }
}
