import { boundKey, boundThumbprint } from '../../shared/certificate/binding.ts'
import type { UsableToken } from '../../shared/token/introspect.ts'
import { clientIdText } from '../../shared/store/client-view.ts'
import { audiencesOf } from '../../shared/token/resource.ts'
import type { Service } from '../../shared/store/service.ts'

/**
 * The context for the integration: `requestContext.authorizer.lambda` (HTTP API) or `requestContext.authorizer` (REST API,
 * which turns every value into text). It has only strings and numbers, and never the token. `exp` is in seconds.
 */
export function authorizerContext({ grant }: UsableToken, service: Service) {
  const {
    accessScopes,
    terms: { subject },
  } = grant
  const [thumbprint, key] = [boundThumbprint(grant.binding), boundKey(grant.binding)]
  return {
    client_id: clientIdText(grant.client, grant.clientIdAlias),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(accessScopes.length === 0 ? {} : { scope: accessScopes.join(' ') }),
    iss: service.issuer,
    // A context cannot contain lists. Resources contain no spaces.
    aud: audiencesOf(grant, service).join(' '),
    exp: grant.accessExpiresAt,
    ...(thumbprint === undefined ? {} : { certificateThumbprint: thumbprint }),
    ...(key === undefined ? {} : { dpopKeyThumbprint: key }),
  }
}
