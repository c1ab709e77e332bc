import { routeMatcher } from '../../infra/emulator/edge/route-match.ts'
import { ROUTES } from '../../infra/deployed-routes.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import httpApi from '../events/httpapi-v2-plain.json' with { type: 'json' }
import restApi from '../events/rest-v1-plain.json' with { type: 'json' }
import { serveChecked } from './checked-answers.ts'
import { MTLS_DOMAIN } from './fixed-runtime.ts'

export const FORMATS = ['2.0', '1.0'] as const
export type Format = (typeof FORMATS)[number]

export { ROUTES }

/** One request as a test writes it. */
export interface Sent {
  /** The route's template, for example `/api/{serviceId}/auth/token`. */
  readonly route: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  /** PEM text of the mutual-TLS context. */
  readonly certificate?: string | undefined
  readonly pathParameters?: Readonly<Record<string, string>>
  readonly query?: string | undefined
  /** The mutual-TLS domain unless another is named. */
  readonly domainName?: string
  readonly apiId?: string
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body as JSON. */
  readonly json: Record<string, unknown>
}

/** Sends requests to the functions, as API Gateway events of either format. */
export function gateway(runtime: Runtime) {
  const handler = serveChecked(ROUTES, runtime)
  return async (sent: Sent, format: Format = '2.0'): Promise<Received> => {
    const { statusCode, headers, body } = await handler(eventFor(sent, format))
    return {
      status: statusCode,
      headers,
      text: body,
      json: JSON.parse(headers['content-type'] === 'application/json' ? body : '{}') as Record<
        string,
        unknown
      >,
    }
  }
}

const match = routeMatcher(new Map(Object.keys(ROUTES).map((template) => [template, notCalled])))

function notCalled(): never {
  throw new Error('the route is found here and called elsewhere')
}

export type Send = (sent: Sent, format?: Format) => Promise<Received>

/** Sends calls that are named by their whole target, for example `/api/service/get/list?end=5`. */
export function toTargets(send: Send) {
  return (method: string, target: string, body?: unknown, headers = {}, format?: Format) => {
    const { pathname, search } = new URL(target, 'https://api.example.com')
    const route = match(pathname)
    if (route === undefined) throw new Error(`no route for ${target}`)
    const sent = {
      route: route.template,
      method,
      ...(route.pathParameters === undefined ? {} : { pathParameters: route.pathParameters }),
      query: search.slice(1),
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }
    return send(sent, format)
  }
}

/** How a call of the Web API is made: by v3 and with the `manage` secret by default. */
export interface CallOptions {
  readonly version?: 'v2' | 'v3'
  readonly secret?: string
  readonly format?: Format
}

/** The Web API of one service, for callers with its `manage` secret unless they name other credentials. */
export function webApi(send: Send, serviceId: string, manage: string) {
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
  const basic = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`${serviceId}:${secret}`).toString('base64')}`,
  })
  const toTarget = toTargets(send)
  /** Any target, in full. */
  const api = (method: string, target: string, body?: unknown, headers: object = bearer(manage)) =>
    toTarget(method, target, body, headers)
  /** A path below `/api/{serviceId}`. */
  const v3 = (method: string, path: string, body?: unknown, headers?: object) =>
    api(method, `/api/${serviceId}${path}`, body, headers)
  /** A path below `/api`, by Basic credentials. */
  const v2 = (method: string, path: string, body?: unknown) => api(method, `/api${path}`, body, basic(manage))
  /** A POST with JSON. */
  const call = (path: string, body: object | string, options: CallOptions = {}) => {
    const { version = 'v3', secret = manage, format } = options
    return version === 'v3'
      ? toTarget('POST', `/api/${serviceId}${path}`, body, bearer(secret), format)
      : toTarget('POST', `/api${path}`, body, basic(secret), format)
  }
  return { api, v2, v3, call }
}

export function eventFor(sent: Sent, format: Format): object {
  return format === '2.0' ? payload2(sent) : payload1(sent)
}

function payload2({ route, method = 'POST', headers = {}, body, certificate, ...rest }: Sent): object {
  const { requestContext } = httpApi
  const joined = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    typeof value === 'string' ? value : value.join(','),
  ])
  return {
    ...httpApi,
    routeKey: `ANY ${route}`,
    rawPath: route,
    rawQueryString: rest.query ?? '',
    headers: Object.fromEntries(joined) as unknown,
    ...(rest.pathParameters === undefined ? {} : { pathParameters: rest.pathParameters }),
    requestContext: {
      ...requestContext,
      domainName: rest.domainName ?? MTLS_DOMAIN,
      apiId: rest.apiId ?? requestContext.apiId,
      http: { ...requestContext.http, method, path: route },
      routeKey: `ANY ${route}`,
      ...(certificate === undefined
        ? {}
        : { authentication: { clientCert: { clientCertPem: certificate } } }),
    },
    // The gateway hands forms over in base64.
    body: body === undefined ? undefined : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  }
}

function payload1({ route, method = 'POST', headers = {}, body, certificate, ...rest }: Sent): object {
  const { requestContext } = restApi
  const multiple = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? [value] : value,
  ])
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : value.at(-1),
  ])
  const binary = Buffer.isBuffer(body)
  return {
    ...restApi,
    resource: route,
    path: route,
    httpMethod: method,
    headers: Object.fromEntries(single) as unknown,
    multiValueHeaders: Object.fromEntries(multiple) as unknown,
    pathParameters: rest.pathParameters ?? null,
    multiValueQueryStringParameters: Object.fromEntries(
      [...new URLSearchParams(rest.query)].map(([name, value]) => [name, [value]]),
    ),
    requestContext: {
      ...requestContext,
      domainName: rest.domainName ?? MTLS_DOMAIN,
      apiId: rest.apiId ?? requestContext.apiId,
      httpMethod: method,
      identity: {
        ...requestContext.identity,
        clientCert: certificate === undefined ? null : { clientCertPem: certificate },
      },
    },
    body: body === undefined ? null : binary ? body.toString('base64') : body,
    isBase64Encoded: binary,
  }
}
