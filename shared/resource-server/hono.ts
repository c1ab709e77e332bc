import { type IncomingRequest, toResourceRequest } from './incoming-request.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { isMetadataRequest, requireMetadata } from './resource-metadata.ts'
import { routeCheck, type RouteRules } from './route-rules.ts'
import { rememberToken } from './token-of.ts'

export { tokenOf } from './token-of.ts'

interface Context {
  readonly env: unknown
}

/**
 * Middleware for Hono on `@hono/node-server`: `app.get('/accounts', requireToken(resource, 'accounts:read'), handler)`. In
 * the handler, `tokenOf(c)` returns the token. Headers and connection are read from Node's own request, `c.env.incoming`.
 */
export function requireToken(
  resource: ProtectedResource,
  ...rules: readonly string[] | readonly [RouteRules]
): (c: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  const decide = routeCheck(resource, rules)
  return async (c, next) => {
    const decision = await decide(toResourceRequest(incomingOf(c)))
    if (decision.allowed) {
      rememberToken(c, decision.token)
      await next()
      return undefined
    }
    const { status, headers, body } = decision
    return new Response(body, { status, headers })
  }
}

/**
 * Middleware that answers GET for the metadata of the resource (RFC 9728): `app.use(serveMetadata(resource))`.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function serveMetadata(
  resource: ProtectedResource,
): (c: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  const metadata = requireMetadata(resource)
  return async (c, next) => {
    if (isMetadataRequest(metadata, toResourceRequest(incomingOf(c))))
      return new Response(metadata.body, { headers: metadata.headers })
    await next()
    return undefined
  }
}

/** @throws Error on runtimes other than Node, where the connection is not visible */
function incomingOf({ env }: Context): IncomingRequest {
  const incoming = (env as { readonly incoming?: IncomingRequest } | undefined)?.incoming
  if (incoming === undefined) {
    throw new Error('the client certificate is only visible on @hono/node-server: serve this app with it')
  }
  return incoming
}
