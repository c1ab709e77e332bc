import { type IncomingRequest, presentedBy } from './connection.ts'
import { remember } from './passed.ts'
import type { ProtectedResource } from './protected-resource.ts'

export { tokenOf } from './passed.ts'

interface Response {
  writeHead: (status: number, headers: Record<string, string>) => unknown
  end: (body: string) => unknown
}

/**
 * Middleware for Express 4 and 5: `app.get('/accounts', requireToken(resource, 'accounts:read'), handler)`. The handler
 * has the token as `tokenOf(request)`.
 */
export function requireToken(
  resource: ProtectedResource,
  ...scopes: readonly string[]
): (request: IncomingRequest, response: Response, next: (error?: unknown) => void) => Promise<void> {
  const decide = resource(scopes)
  return async (request, response, next) => {
    const decision = await decide(presentedBy(request))
    if (decision.allowed) {
      remember(request, decision.token)
      next()
      return
    }
    response.writeHead(decision.status, { ...decision.headers })
    response.end(decision.body)
  }
}
