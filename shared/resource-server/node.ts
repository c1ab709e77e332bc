import { type IncomingRequest, type OutgoingResponse, toResourceRequest } from './incoming-request.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'

/**
 * A request listener for node:https or node:http2. It calls `handler` for requests with a valid token and the certificate
 * that the token is bound to, and answers all other requests itself.
 */
export function requireToken<Request extends IncomingRequest, Answer extends OutgoingResponse>(
  resource: ProtectedResource,
  scopes: readonly string[],
  handler: (request: Request, response: Answer, token: AccessToken) => unknown,
): (request: Request, response: Answer) => void {
  const decide = resource(scopes)
  const answer = async (request: Request, response: Answer) => {
    const decision = await decide(toResourceRequest(request))
    if (decision.allowed) {
      await handler(request, response, decision.token)
      return
    }
    response.writeHead(decision.status, { ...decision.headers })
    response.end(decision.body)
  }
  return (request, response) => void answer(request, response)
}
