import type { HttpRequest } from '../http.ts'
import { type CertifiedPlaces, MalformedEvent, toHttpRequest } from './event.ts'

/** What an API asks its authorizer about. */
export interface AuthorizerRequest {
  readonly http: HttpRequest
  /** Which answer is understood: a simple one, or an IAM policy (REST API, HTTP API with payload 1.0). */
  readonly format: '2.0' | '1.0'
  /** Of the method that is called, for the policy. */
  readonly arn: string
}

/**
 * An event of a REQUEST authorizer in either format. A TOKEN authorizer hears of no certificate, and an event for an
 * integration is answered otherwise: both are refused.
 *
 * @throws MalformedEvent
 */
export function toAuthorizerRequest(event: unknown, places: CertifiedPlaces): AuthorizerRequest {
  const http = toHttpRequest(event, places)
  const { version, type, routeArn, methodArn } = event as Readonly<Record<string, unknown>>
  if (type !== 'REQUEST') throw new MalformedEvent('type')
  const format = version === '2.0' ? '2.0' : '1.0'
  const arn = format === '2.0' ? routeArn : methodArn
  if (typeof arn !== 'string') throw new MalformedEvent(format === '2.0' ? 'routeArn' : 'methodArn')
  return { http, format, arn }
}
