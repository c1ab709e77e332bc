import { isJsonObject } from '../json.ts'
import { certificateAtAlb } from './edges.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'
import type { ResourceRequest } from './resource-request.ts'

export interface AlbOptions {
  /** The ARNs of the target groups of this function. All their listeners must have mutual TLS in the mode "verify". */
  readonly targetGroupArns: readonly string[]
  readonly scopes?: readonly string[]
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
  { targetGroupArns, scopes = [] }: AlbOptions,
  handler: (event: Event, token: AccessToken, context: Context) => Result | Promise<Result>,
): (event: Event, context: Context) => Promise<Result | AlbResult> {
  if (targetGroupArns.length === 0) throw new TypeError('targetGroupArns must have an entry')
  const decide = resource(scopes)
  return async (event, context) => {
    const decision = await decide(toResourceRequest(event, targetGroupArns))
    if (decision.allowed) return handler(event, decision.token, context)
    const multiValueHeaders = Object.fromEntries(
      Object.entries(decision.headers).map(([name, value]) => [name, [value]]),
    )
    return { statusCode: decision.status, multiValueHeaders, body: decision.body, isBase64Encoded: false }
  }
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
