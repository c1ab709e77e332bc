import { type IncomingRequest, presentedBy } from './connection.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'

interface Response {
  writeHead: (status: number, headers: Record<string, string>) => unknown
  end: (body: string) => unknown
}

/**
 * A request listener for node:https (or node:http2) that calls `handler` for requests with a good token and the
 * certificate that it is bound to, and answers all others.
 */
export function requireToken<Request extends IncomingRequest, Answer extends Response>(
  resource: ProtectedResource,
  scopes: readonly string[],
  handler: (request: Request, response: Answer, token: AccessToken) => unknown,
): (request: Request, response: Answer) => void {
  const decide = resource(scopes)
  const answer = async (request: Request, response: Answer) => {
    const decision = await decide(presentedBy(request))
    if (decision.allowed) {
      await handler(request, response, decision.token)
      return
    }
    response.writeHead(decision.status, { ...decision.headers })
    response.end(decision.body)
  }
  return (request, response) => void answer(request, response)
}
