import { type IncomingRequest, toResourceRequest } from './incoming-request.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { rememberToken } from './token-of.ts'

export { tokenOf } from './token-of.ts'

interface Reply {
  code: (status: number) => unknown
  headers: (headers: Record<string, string>) => unknown
  send: (body: string) => unknown
}

/**
 * A hook for Fastify 4 and 5: `app.get('/accounts', { onRequest: requireToken(resource, 'accounts:read') }, handler)`. An `onRequest` hook
 * runs before the body is read. In the handler, `tokenOf(request)` returns the token.
 */
export function requireToken(
  resource: ProtectedResource,
  ...scopes: readonly string[]
): (request: { readonly raw: IncomingRequest }, reply: Reply) => Promise<unknown> {
  const decide = resource(scopes)
  return async (request, reply) => {
    const decision = await decide(toResourceRequest(request.raw))
    if (decision.allowed) {
      rememberToken(request, decision.token)
      return undefined
    }
    reply.code(decision.status)
    reply.headers({ ...decision.headers })
    reply.send(decision.body)
    return reply
  }
}
