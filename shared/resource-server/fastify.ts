import { type IncomingRequest, toResourceRequest } from './incoming-request.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { isMetadataRequest, requireMetadata } from './resource-metadata.ts'
import { routeCheck, type RouteRules } from './route-rules.ts'
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
  ...rules: readonly string[] | readonly [RouteRules]
): (request: { readonly raw: IncomingRequest }, reply: Reply) => Promise<unknown> {
  const decide = routeCheck(resource, rules)
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

/**
 * A hook that answers GET for the metadata of the resource (RFC 9728): `app.addHook('onRequest', serveMetadata(resource))`.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function serveMetadata(
  resource: ProtectedResource,
): (request: { readonly raw: IncomingRequest }, reply: Reply) => Promise<unknown> {
  const metadata = requireMetadata(resource)
  return (request, reply) => {
    if (!isMetadataRequest(metadata, toResourceRequest(request.raw))) return Promise.resolve(undefined)
    reply.code(200)
    reply.headers({ ...metadata.headers })
    reply.send(metadata.body)
    return Promise.resolve(reply)
  }
}
