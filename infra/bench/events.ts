import { MTLS_DOMAIN } from '../emulator/local-runtime.ts'
import { type Case, requestOf } from './cases.ts'

interface Sent {
  readonly method?: 'GET' | 'POST'
  readonly authorization?: string | undefined
  readonly dpop?: string | undefined
  readonly query?: string | undefined
  /** The media type of the body. */
  readonly type?: string
  readonly body?: string
  /** The client's certificate as PEM. */
  readonly certificate?: string
}

/** A minimal event of API Gateway that handlers accept. */
export function eventOf(route: string, sent: Sent) {
  const {
    method = 'POST',
    authorization,
    dpop,
    query,
    type = 'application/json',
    body = '',
    certificate,
  } = sent
  const clientCert = { clientCertPem: certificate }
  return {
    version: '2.0',
    routeKey: `ANY ${route}`,
    rawQueryString: query,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(dpop === undefined ? {} : { dpop }),
      ...(body === '' ? {} : { 'content-type': type, 'content-length': String(body.length) }),
      host: MTLS_DOMAIN.domainName,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      ...MTLS_DOMAIN,
      ...(certificate === undefined ? {} : { authentication: { clientCert } }),
      requestId: 'bench',
      http: { method },
    },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}

/** The event of a case's next request over mutual TLS. @param certificate PEM of the client's certificate */
export function eventOfCase(one: Case, certificate: string) {
  const { path, headers, form: body } = requestOf(one)
  return eventOf(path, { ...headers, type: 'application/x-www-form-urlencoded', body, certificate })
}
