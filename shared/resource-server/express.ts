import { type IncomingRequest, type OutgoingResponse, toResourceRequest } from './incoming-request.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { rememberToken } from './token-of.ts'

export { tokenOf } from './token-of.ts'

/**
 * Middleware for Express 4 and 5: `app.get('/accounts', requireToken(resource, 'accounts:read'), handler)`. In the handler,
 * `tokenOf(request)` returns the token.
 */
export function requireToken(
  resource: ProtectedResource,
  ...scopes: readonly string[]
): (request: IncomingRequest, response: OutgoingResponse, next: (error?: unknown) => void) => Promise<void> {
  const decide = resource(scopes)
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
