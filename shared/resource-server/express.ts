import {
  type IncomingRequest,
  type OutgoingResponse,
  metadataAnswer,
  toResourceRequest,
} from './incoming-request.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { routeCheck, type RouteRules } from './route-rules.ts'
import { rememberToken } from './token-of.ts'

export { tokenOf } from './token-of.ts'

/**
 * Middleware for Express 4 and 5: `app.get('/accounts', requireToken(resource, 'accounts:read'), handler)`. In the handler,
 * `tokenOf(request)` returns the token.
 */
export function requireToken(
  resource: ProtectedResource,
  ...rules: readonly string[] | readonly [RouteRules]
): (request: IncomingRequest, response: OutgoingResponse, next: (error?: unknown) => void) => Promise<void> {
  const decide = routeCheck(resource, rules)
  return async (request, response, next) => {
    const decision = await decide(toResourceRequest(request))
    if (decision.allowed) {
      rememberToken(request, decision.token)
      next()
      return
    }
    response.writeHead(decision.status, { ...decision.headers })
    response.end(decision.body)
  }
}

/**
 * Middleware that answers GET for the metadata of the resource (RFC 9728): `app.use(serveMetadata(resource))`.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function serveMetadata(
  resource: ProtectedResource,
): (request: IncomingRequest, response: OutgoingResponse, next: (error?: unknown) => void) => void {
  const answers = metadataAnswer(resource)
  return (request, response, next) => {
    if (!answers(request, response)) next()
  }
}
