import {
  type IncomingRequest,
  type OutgoingResponse,
  metadataAnswer,
  toResourceRequest,
} from './incoming-request.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'
import { requireMembers } from './option-members.ts'
import type { RouteRules } from './route-rules.ts'

/**
 * A request listener for node:https or node:http2. It calls `handler` for requests with a valid token and the certificate
 * that the token is bound to, and answers all other requests itself.
 */
export function requireToken<Request extends IncomingRequest, Answer extends OutgoingResponse>(
  resource: ProtectedResource,
  rules: readonly string[] | RouteRules,
  handler: (request: Request, response: Answer, token: AccessToken) => unknown,
): (request: Request, response: Answer) => void {
  requireMembers('requireToken', { resource, handler }, { resource: 'resource', handler: 'function' })
  const decide = resource(rules)
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

/**
 * A request listener that answers GET for the metadata of the resource (RFC 9728), and leaves all other requests to `listener`.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function serveMetadata<Request extends IncomingRequest, Answer extends OutgoingResponse>(
  resource: ProtectedResource,
  listener: (request: Request, response: Answer) => unknown,
): (request: Request, response: Answer) => void {
  requireMembers('serveMetadata', { listener }, { listener: 'function' })
  const answers = metadataAnswer(resource)
  return (request, response) => {
    if (!answers(request, response)) listener(request, response)
  }
}
