import type {
  APIGatewayEventClientCertificate,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayEventRequestContextV2,
} from 'aws-lambda'
import { readPresented, type PresentedCertificate } from '../certificate/presented.ts'
import type { HttpRequest } from '../http.ts'
import { isJsonObject } from '../json.ts'
import type { Settings } from '../runtime/settings.ts'

/** The domains and APIs whose events may contain a certificate. */
export type MtlsEntrances = Pick<Settings, 'mtlsDomains' | 'apiIds'>

/** The event does not have one of API Gateway's two formats. The message has the name of the member, never its value. */
export class MalformedEvent extends Error {}

type EventV2 = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & {
    authentication?: { clientCert?: APIGatewayEventClientCertificate | null } | null
  }
>

/** Converts an event of an HTTP API (payload 2.0) or of a REST API (payload 1.0). All other events are refused. @throws MalformedEvent */
export function toHttpRequest(event: unknown, mtls: MtlsEntrances): HttpRequest {
  if (!isJsonObject(event) || !isJsonObject(event['requestContext']))
    throw new MalformedEvent('requestContext')
  if (event['version'] === '2.0') return fromPayload2(event as unknown as EventV2, mtls)
  const version1 = event['version'] === undefined || event['version'] === '1.0'
  if (version1 && typeof event['httpMethod'] === 'string') {
    return fromPayload1(event as unknown as APIGatewayProxyEvent, mtls)
  }
  throw new MalformedEvent('version')
}

function fromPayload2(event: EventV2, mtls: MtlsEntrances): HttpRequest {
  const { requestContext } = event
  if (typeof event.routeKey !== 'string') throw new MalformedEvent('routeKey')
  if (!isJsonObject(requestContext.http) || typeof requestContext.http.method !== 'string') {
    throw new MalformedEvent('requestContext.http.method')
  }
  return {
    requestId: requestIdOf(requestContext.requestId),
    address: textOf(requestContext.http.sourceIp),
    method: requestContext.http.method,
    // The template, from `ANY /token`: `rawPath` may start with a stage or a mapping key.
    route: event.routeKey.slice(event.routeKey.indexOf(' ') + 1),
    path: textOf(event.rawPath),
    apiId: textOf(requestContext.apiId),
    pathParameters: pathParametersOf(event.pathParameters),
    query: new URLSearchParams(typeof event.rawQueryString === 'string' ? event.rawQueryString : ''),
    headers: singleHeaders(event.headers),
    body: bodyOf(event.body, event.isBase64Encoded),
    onMtlsDomain: isOnMtlsDomain(requestContext, mtls),
    tlsCertificate: certificateOf(requestContext.authentication?.clientCert, requestContext, mtls),
  }
}

function fromPayload1(event: APIGatewayProxyEvent, mtls: MtlsEntrances): HttpRequest {
  const { requestContext } = event
  const identity = requestContext.identity as Partial<typeof requestContext.identity> | undefined
  if (typeof event.resource !== 'string') throw new MalformedEvent('resource')
  // `headers` only has the last value of a repeated header.
  const headers = isJsonObject(event.multiValueHeaders)
    ? multipleHeaders(event.multiValueHeaders)
    : singleHeaders(event.headers)
  return {
    requestId: requestIdOf(requestContext.requestId),
    address: textOf(identity?.sourceIp),
    method: event.httpMethod,
    route: event.resource,
    path: textOf(event.path),
    apiId: textOf(requestContext.apiId),
    pathParameters: pathParametersOf(event.pathParameters),
    query: queryOf(event.multiValueQueryStringParameters),
    headers,
    body: bodyOf(event.body, event.isBase64Encoded),
    onMtlsDomain: isOnMtlsDomain(requestContext, mtls),
    tlsCertificate: certificateOf(identity?.clientCert, requestContext, mtls),
  }
}

/**
 * The certificate in the mutual-TLS context, if the domain and the API are those of the environment. It is the only source of
 * certificates on the OAuth face (decision D12).
 */
function certificateOf(
  clientCert: APIGatewayEventClientCertificate | null | undefined,
  entrance: Entrance,
  mtls: MtlsEntrances,
): PresentedCertificate {
  if (!isOnMtlsDomain(entrance, mtls)) return 'absent'
  if (clientCert === undefined || clientCert === null) return 'absent'
  const pem: unknown = clientCert.clientCertPem
  // An unreadable certificate must not count as absent.
  if (typeof pem !== 'string') throw new MalformedEvent('clientCertPem')
  return readPresented(pem)
}

/** The domain and the API that the request came through. */
interface Entrance {
  readonly domainName?: string | undefined
  readonly apiId?: string
}

function isOnMtlsDomain({ domainName, apiId }: Entrance, { mtlsDomains, apiIds }: MtlsEntrances): boolean {
  return mtlsDomains.includes(domainName ?? '') && apiIds.includes(apiId ?? '')
}

function bodyOf(body: unknown, isBase64Encoded: unknown): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body !== 'string') throw new MalformedEvent('body')
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8')
}

/** REST events have a decoded query. Only `multiValueQueryStringParameters` has all values. */
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

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function requestIdOf(requestId: unknown): string {
  return typeof requestId === 'string' ? requestId : 'unknown'
}
