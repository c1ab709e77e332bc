import restApi from '../events/authorizer-v1-mtls.json' with { type: 'json' }
import httpApi from '../events/authorizer-v2-mtls.json' with { type: 'json' }
import { MTLS_DOMAIN } from './fixed-runtime.ts'
import type { Format } from './gateway.ts'

/** A request to the API of a resource server, as its authorizer hears of it. */
export interface Asked {
  /** Each entry is one header that was sent. */
  readonly authorization?: string | readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** PEM text of the mutual-TLS context. */
  readonly certificate?: string | undefined
  readonly domainName?: string
  readonly apiId?: string
}

/** The events of test/events with other headers, another certificate or another place. */
export function authorizerEvent(asked: Asked, format: Format): Record<string, unknown> {
  return format === '2.0' ? payload2(asked) : payload1(asked)
}

export const METHOD_ARN = restApi.methodArn

function payload2({ headers, query = {}, certificate, ...rest }: Asked) {
  const { authentication, ...requestContext } = httpApi.requestContext
  const clientCert = { ...authentication.clientCert, clientCertPem: certificate }
  const sent = authorizations(rest)
  return {
    ...httpApi,
    identitySource: sent,
    headers: {
      ...lowerCase({ ...httpApi.headers, ...headers }),
      authorization: sent.length === 0 ? undefined : sent.join(','),
    },
    rawQueryString: String(new URLSearchParams(query)),
    queryStringParameters: query,
    requestContext: {
      ...requestContext,
      domainName: rest.domainName ?? MTLS_DOMAIN,
      apiId: rest.apiId ?? requestContext.apiId,
      ...(certificate === undefined ? {} : { authentication: { clientCert } }),
    },
  }
}

function payload1({ headers, query = {}, certificate, ...rest }: Asked) {
  const { requestContext } = restApi
  const { clientCert } = requestContext.identity
  const { Authorization: _one, ...single } = { ...restApi.headers, ...headers }
  const sent = authorizations(rest)
  const multiple = Object.fromEntries(Object.entries(single).map(([name, value]) => [name, [value]]))
  return {
    ...restApi,
    headers: sent.length === 0 ? single : { ...single, Authorization: sent.at(-1) },
    multiValueHeaders: sent.length === 0 ? multiple : { ...multiple, Authorization: sent },
    queryStringParameters: query,
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, [value]]),
    ),
    requestContext: {
      ...requestContext,
      domainName: rest.domainName ?? MTLS_DOMAIN,
      apiId: rest.apiId ?? requestContext.apiId,
      identity: {
        ...requestContext.identity,
        clientCert: certificate === undefined ? null : { ...clientCert, clientCertPem: certificate },
      },
    },
  }
}

function authorizations({ authorization = [] }: Asked): readonly string[] {
  return typeof authorization === 'string' ? [authorization] : authorization
}

function lowerCase(headers: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
