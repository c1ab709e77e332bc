import type { HttpRequest } from '../../shared/http.ts'
import { readBearer } from '../../shared/request/bearer.ts'
import type { IntrospectionRequest } from '../../shared/token/introspect.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'

/**
 * May this request to a resource server pass? Which scopes its route needs is not known here: they are told to the
 * integration. @throws Refusal
 */
export function fromAuthorization(http: HttpRequest): IntrospectionRequest {
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
