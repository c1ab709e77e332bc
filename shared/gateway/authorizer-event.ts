import type { HttpRequest } from '../http.ts'
import { type MtlsEntrances, MalformedEvent, toHttpRequest } from './event.ts'

/** The request that API Gateway asks its authorizer about. */
export interface AuthorizerRequest {
  readonly http: HttpRequest
  /** The format of the answer: 2.0 is a simple one, 1.0 an IAM policy (REST API, HTTP API with payload 1.0). */
  readonly format: '2.0' | '1.0'
  /** The ARN of the called method, for the policy. */
  readonly arn: string
}

/**
 * Reads an event of a REQUEST authorizer in either format. Events of TOKEN authorizers, which have no certificate, and events for
 * integrations are refused.
 *
 * @throws MalformedEvent
 */
export function toAuthorizerRequest(event: unknown, mtls: MtlsEntrances): AuthorizerRequest {
  const http = toHttpRequest(event, mtls)
  const { version, type, routeArn, methodArn } = event as Readonly<Record<string, unknown>>
  if (type !== 'REQUEST') throw new MalformedEvent('type')
  const format = version === '2.0' ? '2.0' : '1.0'
  const arn = format === '2.0' ? routeArn : methodArn
  if (typeof arn !== 'string') throw new MalformedEvent(format === '2.0' ? 'routeArn' : 'methodArn')
  return { http, format, arn }
}
