import { toHttpRequest } from '../gateway/event.ts'
import type { AccessToken, ProtectedResource } from './protected-resource.ts'

export interface ApiGatewayOptions {
  /** The mutual-TLS domains of this API. A certificate from elsewhere is none. */
  readonly mtlsDomains: readonly string[]
  /** The identifiers of this API: the same function may be mapped twice. */
  readonly apiIds: readonly string[]
  readonly scopes?: readonly string[]
}

/** What a function returns to API Gateway, in both payload formats. */
export interface ApiGatewayResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

/**
 * A Lambda handler behind the mutual-TLS domain of an HTTP API (payload 2.0) or a REST API: `handler` is called for requests
 * with a good token and the certificate that it is bound to; all others are answered as RFC 6750 has it, which an
 * authorizer cannot do. What is no event of API Gateway is thrown.
 *
 * @throws TypeError when no domain or no API is named: no request would ever have a certificate
 */
export function requireToken<Event, Context, Result>(
  resource: ProtectedResource,
  { mtlsDomains, apiIds, scopes = [] }: ApiGatewayOptions,
  handler: (event: Event, token: AccessToken, context: Context) => Result | Promise<Result>,
): (event: Event, context: Context) => Promise<Result | ApiGatewayResult> {
  if (mtlsDomains.length === 0 || apiIds.length === 0)
    throw new TypeError('mtlsDomains and apiIds are needed')
  const decide = resource(scopes)
  return async (event, context) => {
    const { headers, tlsCertificate } = toHttpRequest(event, { mtlsDomains, apiIds })
    const decision = await decide({
      authorization: headers.get('authorization') ?? [],
      certificate: tlsCertificate,
    })
    if (decision.allowed) return handler(event, decision.token, context)
    const { status, headers: answered, body } = decision
    return { statusCode: status, headers: answered, body, isBase64Encoded: false }
  }
}
