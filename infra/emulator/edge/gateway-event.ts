import { randomUUID, type X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { RouteMatch } from './route-match.ts'

export type ClientCert = NonNullable<APIGatewayProxyEventV2['requestContext']['authentication']>['clientCert']

/** The custom domain and the API in events. */
export interface Domain {
  readonly domainName: string
  readonly apiId: string
  readonly protocol: 'http' | 'https'
}

export interface GatewayRequest {
  readonly request: IncomingMessage
  readonly route: RouteMatch
  readonly path: string
  readonly query: string
  readonly body: Buffer
  /** The certificate that was proved in the TLS handshake of the connection. No other part of a request can replace it. */
  readonly clientCert: ClientCert | undefined
}

const TEXT_TYPE = /^(text\/.*|application\/(json|javascript|xml))$/

/** The event that API Gateway creates from a request (HTTP API, payload format 2.0). */
export function gatewayEvent(domain: Domain, from: GatewayRequest): APIGatewayProxyEventV2 {
  const { route, path, query, body } = from
  const headers = eventHeaders(domain, from.request)
  const isBase64Encoded = body.length > 0 && !isText(headers['content-type'])
  return {
    version: '2.0',
    routeKey: `ANY ${route.template}`,
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(query === '' ? {} : { queryStringParameters: queryStringParameters(query) }),
    ...(route.pathParameters === undefined ? {} : { pathParameters: route.pathParameters }),
    requestContext: requestContext(domain, from, headers['user-agent'] ?? ''),
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  }
}

/** The client certificate in API Gateway's form. Only `clientCertPem` is reliable; the rest is for logs. */
export function clientCertOf(leaf: X509Certificate): ClientCert {
  return {
    clientCertPem: leaf.toString(),
    subjectDN: distinguishedName(leaf.subject),
    issuerDN: distinguishedName(leaf.issuer),
    serialNumber: leaf.serialNumber.toLowerCase().replace(/..(?=.)/g, '$&:'),
    validity: { notBefore: leaf.validFrom, notAfter: leaf.validTo },
  }
}

/** A name as text, with the last RDN first. Node writes one RDN per line in certificate order, and `undefined` for an empty name. */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(',')
}

function requestContext({ apiId, domainName }: Domain, from: GatewayRequest, userAgent: string) {
  const { request, route, path, clientCert } = from
  const now = new Date()
  return {
    accountId: '000000000000',
    apiId,
    ...(clientCert === undefined ? {} : { authentication: { clientCert } }),
    domainName,
    domainPrefix: domainName.split('.', 1)[0] ?? '',
    http: {
      method: request.method ?? '',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent,
    },
    requestId: randomUUID(),
    routeKey: `ANY ${route.template}`,
    stage: '$default',
    time: commonLogTime(now),
    timeEpoch: now.getTime(),
  }
}

function eventHeaders(domain: Domain, request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  const received = request.headersDistinct
  for (const name in received) {
    if (!name.startsWith('x-forwarded-')) headers[name] = received[name]?.join(',') ?? ''
  }
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
  headers['x-forwarded-port'] = String(request.socket.localPort)
  headers['x-forwarded-proto'] = domain.protocol
  return headers
}

function queryStringParameters(query: string): Record<string, string> {
  const parameters = Object.create(null) as Record<string, string>
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = parameters[name]
    parameters[name] = earlier === undefined ? value : `${earlier},${value}`
  }
  return parameters
}

function isText(contentType: string | undefined): boolean {
  const [mediaType = ''] = (contentType ?? '').split(';', 1)
  return TEXT_TYPE.test(mediaType.trim().toLowerCase())
}

/** A time in the common log format, for example `24/Nov/2026:06:40:00 +0000`. */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ')
  return `${day}/${month}/${year}:${clock} +0000`
}
