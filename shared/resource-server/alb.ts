import { isJsonObject } from '../json.ts'
import { certificateAtAlb } from './edges.ts'
import { LAMBDA_MEMBERS, requireMembers } from './option-members.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'
import { requireMetadata } from './resource-metadata.ts'
import type { ResourceRequest } from './resource-request.ts'
import type { RouteRules } from './route-rules.ts'

export interface AlbOptions extends RouteRules {
  /** The ARNs of the target groups of this function. All their listeners must have mutual TLS in the mode "verify". */
  readonly targetGroupArns: readonly string[]
}

/** The result of a function in a target group with multi-value headers. */
export interface AlbResult {
  readonly statusCode: number
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>
  readonly body: string
  readonly isBase64Encoded: false
}

/**
 * A Lambda handler behind an Application Load Balancer with mutual TLS. It calls `handler` for requests with a valid token and the
 * certificate that the token is bound to, and answers all others. Its promise rejects for events of other target groups, and for
 * events without multi-value headers, because these do not show repeated headers.
 *
 * @throws TypeError if no target group is named
 */
export function requireToken<Event, Context, Result>(
  resource: ProtectedResource,
  options: AlbOptions,
  handler: (event: Event, token: AccessToken, context: Context) => Result | Promise<Result>,
): (event: Event, context: Context) => Promise<Result | AlbResult> {
  requireMembers('requireToken', { resource, options, handler }, LAMBDA_MEMBERS)
  const { targetGroupArns, ...rules } = options
  requireMembers('options', { targetGroupArns }, { targetGroupArns: 'texts' })
  if (targetGroupArns.length === 0) throw new TypeError('targetGroupArns must have an entry')
  const decide = resource(rules)
  return async (event, context) => {
    const decision = await decide(toResourceRequest(event, targetGroupArns))
    if (decision.allowed) return handler(event, decision.token, context)
    return resultOf(decision.status, decision.headers, decision.body)
  }
}

/**
 * A Lambda handler for the path of the metadata of the resource (RFC 9728), which is `resource.metadata.path`.
 *
 * @throws TypeError for a resource without the option `resourceMetadata`
 */
export function serveMetadata(resource: ProtectedResource): () => Promise<AlbResult> {
  const { headers, body } = requireMetadata(resource)
  return () => Promise.resolve(resultOf(200, headers, body))
}

function resultOf(statusCode: number, headers: Readonly<Record<string, string>>, body: string): AlbResult {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value]] as const)
  return { statusCode, multiValueHeaders: Object.fromEntries(entries), body, isBase64Encoded: false }
}

/** @throws TypeError for an event that is not from one of the target groups */
function toResourceRequest(event: unknown, targetGroupArns: readonly string[]): ResourceRequest {
  const context = isJsonObject(event) ? event['requestContext'] : undefined
  const elb = isJsonObject(context) ? context['elb'] : undefined
  const arn = isJsonObject(elb) ? elb['targetGroupArn'] : undefined
  if (!isJsonObject(event) || typeof arn !== 'string' || !targetGroupArns.includes(arn))
    throw new TypeError('the event does not come from one of targetGroupArns')
  const { httpMethod: method, path, multiValueHeaders } = event
  if (!isJsonObject(multiValueHeaders))
    throw new TypeError('set the attribute lambda.multi_value_headers.enabled of the target group to true')
  const rawHeaders = Object.entries(multiValueHeaders).flatMap(([name, values]) =>
    Array.isArray(values) ? values.flatMap((value) => [name, String(value)]) : [],
  )
  const certificate = certificateAtAlb(rawHeaders)
  return {
    rawHeaders,
    method: typeof method === 'string' ? method : undefined,
    path: typeof path === 'string' ? path : undefined,
    certificate: certificate === 'absent' ? undefined : certificate,
  }
}
