import type {
  APIGatewayEventClientCertificate,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayEventRequestContextV2,
} from 'aws-lambda'
import { present, type Presented } from '../certificate/presented.ts'
import type { HttpRequest } from '../http.ts'
import { isJsonObject } from '../json.ts'
import type { Settings } from '../settings.ts'

/** Where a certificate may come from. */
export type CertifiedPlaces = Pick<Settings, 'mtlsDomains' | 'apiIds'>

/** The event is not one of API Gateway's two formats. The message names the member, never its value. */
export class MalformedEvent extends Error {}

type EventV2 = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & {
    authentication?: { clientCert?: APIGatewayEventClientCertificate | null } | null
  }
>

/**
 * An event of an HTTP API (payload 2.0) or of a REST API (payload 1.0) as one request. The two are told apart
 * strictly; everything else is refused.
 *
 * @throws MalformedEvent
 */
export function toHttpRequest(event: unknown, places: CertifiedPlaces): HttpRequest {
  if (!isJsonObject(event) || !isJsonObject(event['requestContext']))
    throw new MalformedEvent('requestContext')
  if (event['version'] === '2.0') return fromPayload2(event as unknown as EventV2, places)
  const version1 = event['version'] === undefined || event['version'] === '1.0'
  if (version1 && typeof event['httpMethod'] === 'string') {
    return fromPayload1(event as unknown as APIGatewayProxyEvent, places)
  }
  throw new MalformedEvent('version')
}

function fromPayload2(event: EventV2, places: CertifiedPlaces): HttpRequest {
  const { requestContext } = event
  if (typeof event.routeKey !== 'string') throw new MalformedEvent('routeKey')
  if (!isJsonObject(requestContext.http) || typeof requestContext.http.method !== 'string') {
    throw new MalformedEvent('requestContext.http.method')
  }
  return {
    requestId: requestIdOf(requestContext.requestId),
    method: requestContext.http.method,
    // `ANY /token`: the template, as `rawPath` may carry a stage or a mapping key in front.
    route: event.routeKey.slice(event.routeKey.indexOf(' ') + 1),
    pathParameters: pathParametersOf(event.pathParameters),
    query: new URLSearchParams(typeof event.rawQueryString === 'string' ? event.rawQueryString : ''),
    headers: singleHeaders(event.headers),
    body: bodyOf(event.body, event.isBase64Encoded),
    onMtlsDomain: isOnMtlsDomain(requestContext, places),
    tlsCertificate: certificateOf(requestContext.authentication?.clientCert, requestContext, places),
  }
}

function fromPayload1(event: APIGatewayProxyEvent, places: CertifiedPlaces): HttpRequest {
  const { requestContext } = event
  if (typeof event.resource !== 'string') throw new MalformedEvent('resource')
  // With only `headers` a repeated header would show as its last value.
  const headers = isJsonObject(event.multiValueHeaders)
    ? multipleHeaders(event.multiValueHeaders)
    : singleHeaders(event.headers)
  return {
    requestId: requestIdOf(requestContext.requestId),
    method: event.httpMethod,
    route: event.resource,
    pathParameters: pathParametersOf(event.pathParameters),
    query: queryOf(event.multiValueQueryStringParameters),
    headers,
    body: bodyOf(event.body, event.isBase64Encoded),
    onMtlsDomain: isOnMtlsDomain(requestContext, places),
    tlsCertificate: certificateOf(
      (requestContext.identity as Partial<typeof requestContext.identity> | undefined)?.clientCert,
      requestContext,
      places,
    ),
  }
}

/**
 * The one source of a certificate on the OAuth face (decision D12): the mutual-TLS context, and only from a domain
 * and an API that the environment names. Elsewhere there is no certificate, and nothing else is looked at instead.
 */
function certificateOf(
  clientCert: APIGatewayEventClientCertificate | null | undefined,
  entrance: Entrance,
  places: CertifiedPlaces,
): Presented {
  if (!isOnMtlsDomain(entrance, places)) return 'absent'
  if (clientCert === undefined || clientCert === null) return 'absent'
  const pem: unknown = clientCert.clientCertPem
  // Not absent: a certificate that cannot be seen is no reason to go on without one.
  if (typeof pem !== 'string') throw new MalformedEvent('clientCertPem')
  return present(pem)
}

/** By which of the names that lead to a function an event came. */
interface Entrance {
  readonly domainName?: string | undefined
  readonly apiId?: string
}

function isOnMtlsDomain({ domainName, apiId }: Entrance, { mtlsDomains, apiIds }: CertifiedPlaces): boolean {
  return mtlsDomains.includes(domainName ?? '') && apiIds.includes(apiId ?? '')
}

function bodyOf(body: unknown, isBase64Encoded: unknown): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body !== 'string') throw new MalformedEvent('body')
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8')
}

/** REST events carry the query decoded; only `multiValueQueryStringParameters` has all of it. */
function queryOf(parameters: unknown): URLSearchParams {
  const pairs = Object.entries(isJsonObject(parameters) ? parameters : {}).flatMap(([name, values]) =>
    Array.isArray(values) ? values.map((value) => [name, String(value)] as [string, string]) : [],
  )
  return new URLSearchParams(pairs)
}

function pathParametersOf(parameters: unknown): HttpRequest['pathParameters'] {
  if (parameters === undefined || parameters === null) return {}
  const texts =
    isJsonObject(parameters) && Object.values(parameters).every((value) => typeof value === 'string')
  if (!texts) throw new MalformedEvent('pathParameters')
  return parameters as Record<string, string>
}

function singleHeaders(headers: Readonly<Record<string, unknown>> | null | undefined) {
  return new Map(
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), [value]] as const] : [],
    ),
  )
}

function multipleHeaders(headers: Readonly<Record<string, unknown>>) {
  const values = new Map<string, string[]>()
  for (const [name, sent] of Object.entries(headers)) {
    const known = values.get(name.toLowerCase()) ?? []
    const strings = Array.isArray(sent) ? sent.filter((value) => typeof value === 'string') : []
    values.set(name.toLowerCase(), [...known, ...strings])
  }
  return values
}

function requestIdOf(requestId: unknown): string {
  return typeof requestId === 'string' ? requestId : 'unknown'
}
