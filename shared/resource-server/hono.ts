import { type IncomingRequest, presentedBy } from './connection.ts'
import { remember } from './passed.ts'
import type { ProtectedResource } from './protected-resource.ts'

export { tokenOf } from './passed.ts'

interface Context {
  readonly env: unknown
}

/**
 * Middleware for Hono on `@hono/node-server`: `app.get('/accounts', requireToken(resource, 'accounts:read'), handler)`. The
 * handler has the token as `tokenOf(c)`. Headers and connection are those of Node's own request, `c.env.incoming`.
 */
export function requireToken(
  resource: ProtectedResource,
  ...scopes: readonly string[]
): (c: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  const decide = resource(scopes)
  return async (c, next) => {
    const decision = await decide(presentedBy(incomingOf(c)))
    if (decision.allowed) {
      remember(c, decision.token)
      await next()
      return undefined
    }
    const { status, headers, body } = decision
    return new Response(body, { status, headers })
  }
}

/** @throws Error where Hono does not run on Node: no connection can be seen there */
function incomingOf({ env }: Context): IncomingRequest {
  const incoming = (env as { readonly incoming?: IncomingRequest } | undefined)?.incoming
  if (incoming === undefined) throw new Error('the certificate is seen on @hono/node-server alone')
  return incoming
}
