import { type IncomingRequest, presentedBy } from './connection.ts'
import { remember } from './passed.ts'
import type { ProtectedResource } from './protected-resource.ts'

export { tokenOf } from './passed.ts'

interface Reply {
  code: (status: number) => unknown
  headers: (headers: Record<string, string>) => unknown
  send: (body: string) => unknown
}

/**
 * A hook for Fastify 4 and 5: `app.get('/accounts', { onRequest: requireToken(resource, 'accounts:read') }, handler)`, so
 * that no body is read before. The handler has the token as `tokenOf(request)`.
 */
export function requireToken(
  resource: ProtectedResource,
  ...scopes: readonly string[]
): (request: { readonly raw: IncomingRequest }, reply: Reply) => Promise<unknown> {
  const decide = resource(scopes)
  return async (request, reply) => {
    const decision = await decide(presentedBy(request.raw))
    if (decision.allowed) {
      remember(request, decision.token)
      return undefined
    }
    reply.code(decision.status)
    reply.headers({ ...decision.headers })
    reply.send(decision.body)
    return reply
  }
}
