import type { HttpRequest } from '../../shared/http.ts'
import { readBearer } from '../../shared/request/bearer.ts'
import { usesDpop } from '../../shared/request/dpop.ts'
import type { IntrospectionRequest } from '../../shared/token/introspection-checks.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'

/**
 * Asks whether a request to a resource server may pass. The authorizer does not know the scopes that the route needs: the
 * integration gets those of the token and must check them.
 *
 * @throws Refusal dpop-not-offered, token-missing, credentials-malformed
 */
export function fromAuthorization(http: HttpRequest): IntrospectionRequest {
  if (usesDpop(http.headers)) throw new Refusal('dpop-not-offered')
  const bearer = readBearer(http.headers.get('authorization') ?? [])
  if (bearer === 'absent') throw new Refusal('token-missing')
  if (bearer === 'malformed') throw new Refusal('credentials-malformed')
  const { token } = bearer
  return {
    token,
    scopes: [],
    subject: undefined,
    clientCertificate: http.tlsCertificate,
    boundOnly: true,
    resources: [],
  }
}
