import { toHttpRequest } from '../gateway/event.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'
import { LAMBDA_MEMBERS, requireMembers } from './option-members.ts'
import { requireMetadata } from './resource-metadata.ts'
import type { RouteRules } from './route-rules.ts'

export interface ApiGatewayOptions extends RouteRules {
  /** The mutual-TLS domains of this API. Certificates in events from other domains are ignored. */
  readonly mtlsDomains: readonly string[]
  /** The identifiers of this API. Certificates in events from other APIs of the same function are ignored. */
  readonly apiIds: readonly string[]
}

/** The result of a function for API Gateway, in both payload formats. */
export interface ApiGatewayResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

/**
 * A Lambda handler behind the mutual-TLS domain of an HTTP API (payload 2.0) or a REST API. It calls `handler` for requests
 * with a valid token and the certificate that the token is bound to. It answers all other requests as RFC 6750 requires,
 * which a Lambda authorizer cannot do. Its promise rejects for events that are not requests from API Gateway.
 *
 * @throws TypeError if no domain or no API is named, because then no request would ever have a certificate
 */
export function requireToken<Event, Context, Result>(
  resource: ProtectedResource,
  options: ApiGatewayOptions,
  handler: (event: Event, token: AccessToken, context: Context) => Result | Promise<Result>,
): (event: Event, context: Context) => Promise<Result | ApiGatewayResult> {
  requireMembers('requireToken', { resource, options, handler }, LAMBDA_MEMBERS)
  const { mtlsDomains, apiIds, ...rules } = options
  requireMembers('options', { mtlsDomains, apiIds }, { mtlsDomains: 'texts', apiIds: 'texts' })
  if (mtlsDomains.length === 0 || apiIds.length === 0)
    throw new TypeError('mtlsDomains and apiIds must each have an entry')
  const decide = resource(rules)
  return async (event, context) => {
    const { headers, method, path, tlsCertificate } = toHttpRequest(event, { mtlsDomains, apiIds })
    const decision = await decide({
      rawHeaders: [...headers].flatMap(([name, values]) => values.flatMap((value) => [name, value])),
      method,
      path,
      certificate: tlsCertificate === 'absent' ? undefined : tlsCertificate,
    })
    if (decision.allowed) return handler(event, decision.token, context)
    const { status: statusCode, headers: errorHeaders, body } = decision
    return { statusCode, headers: errorHeaders, body, isBase64Encoded: false }
  }
}

/**
 * A Lambda handler for the route of the metadata of the resource (RFC 9728). Its path is `resource.metadata.path`.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function serveMetadata(resource: ProtectedResource): () => Promise<ApiGatewayResult> {
  const { headers, body } = requireMetadata(resource)
  return () => Promise.resolve({ statusCode: 200, headers, body, isBase64Encoded: false })
}
