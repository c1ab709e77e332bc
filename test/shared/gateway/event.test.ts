import { describe, expect, test } from 'vitest'
import {
  CERTIFICATE_HEADERS,
  headerSpellings,
} from '../../../infra/aws/doctor/outside/certificate-headers.ts'
import { readPresented } from '../../../shared/certificate/presented.ts'
import { toHttpRequest } from '../../../shared/gateway/event.ts'
import type { Settings } from '../../../shared/runtime/settings.ts'
import authorizerV1 from '../../events/authorizer-v1-mtls.json' with { type: 'json' }
import authorizerV2 from '../../events/authorizer-v2-mtls.json' with { type: 'json' }
import executeApi from '../../events/httpapi-v2-execute-api.json' with { type: 'json' }
import v2Mtls from '../../events/httpapi-v2-mtls.json' with { type: 'json' }
import v2Plain from '../../events/httpapi-v2-plain.json' with { type: 'json' }
import v1Mtls from '../../events/rest-v1-mtls.json' with { type: 'json' }
import v1Plain from '../../events/rest-v1-plain.json' with { type: 'json' }
import { API_IDS, MTLS_DOMAIN } from '../../support/fixed-runtime.ts'
import { eventFor, FORMATS, type Sent } from '../../support/gateway.ts'

const SETTINGS: Settings = {
  registryTable: 'registry',
  grantsTable: 'grants',
  auditTable: 'audit',
  auditDays: 400,
  serviceId: 1,
  mtlsDomains: [MTLS_DOMAIN],
  apiIds: API_IDS,
  resourceUrls: [],
  oauthOnMtlsOnly: false,
  registryCacheSeconds: 10,
  logLevel: 'info',
  dynamodbClient: 'lean',
}
const read = (event: unknown, settings: Partial<Settings> = {}) =>
  toHttpRequest(event, { ...SETTINGS, ...settings })
const PEM = v2Mtls.requestContext.authentication.clientCert.clientCertPem

test('a form of an HTTP API and of a REST API are one request', () => {
  const [one, other] = [read(v2Mtls), read(v1Mtls)]
  for (const http of [one, other]) {
    expect(http).toMatchObject({
      method: 'POST',
      route: '/token',
      pathParameters: {},
      tlsCertificate: readPresented(PEM),
    })
    expect(http.body.toString()).toBe(
      'grant_type=client_credentials&scope=accounts%3Aread%20payments%3Awrite&client_id=client-1',
    )
    expect(http.headers.get('content-type')).toEqual(['application/x-www-form-urlencoded'])
    expect(http.headers.get('host')).toEqual(['mtls.api.example.com'])
  }
  expect(one.requestId).toBe('JKJaXmPLvHcESHA=')
  expect(other.requestId).toBe('3f1b6a52-8f6c-4f0d-9b0e-6a7c1d2e3f40')
})

test.each([
  ['an HTTP API on the plain domain', v2Plain],
  ['a REST API on the plain domain', v1Plain],
  ['an execute-api endpoint', executeApi],
])('an event of %s has no certificate', (_what, event) => {
  expect(read(event)).toMatchObject({ method: 'POST', route: '/token', tlsCertificate: 'absent' })
})

test('a request through a stage with a name, which API Gateway writes before the path, is the same but for it', () => {
  const { requestContext } = v2Plain
  const http = { ...requestContext.http, path: '/plain/token' }
  const staged = { rawPath: '/plain/token', requestContext: { ...requestContext, stage: 'plain', http } }
  expect(read({ ...v2Plain, ...staged })).toEqual({ ...read(v2Plain), path: '/plain/token' })
})

test.each([
  ['an HTTP API', authorizerV2],
  ['a REST API', authorizerV1],
])('an authorizer of %s sees a request without a body', (_what, event) => {
  const http = read(event)
  expect(http).toMatchObject({ method: 'GET', route: '/accounts', tlsCertificate: readPresented(PEM) })
  expect(http.body).toHaveLength(0)
  expect(http.headers.get('authorization')).toEqual(['Bearer c2FtcGxlLW9wYXF1ZS10b2tlbg'])
})

describe.each(FORMATS)('format %s', (format) => {
  const asRead = (sent: Partial<Sent>, changes = {}, settings: Partial<Settings> = {}) =>
    read({ ...eventFor({ route: '/token', ...sent }, format), ...changes }, settings)

  test('a request has the template of the route and its path parameters', () => {
    const route = '/api/{serviceId}/auth/token'
    const http = asRead({ route, pathParameters: { serviceId: '21653835348762' } })
    expect(http).toMatchObject({ route, pathParameters: { serviceId: '21653835348762' } })
  })

  test.each(['GET', 'POST', 'PUT', 'HEAD'])('a request has the method %s', (method) => {
    expect(asRead({ method }).method).toBe(method)
  })

  test('a request has header names in lower case', () => {
    const http = asRead({ headers: { 'Content-Type': 'text/plain', 'X-One': 'a' } })
    expect([...http.headers]).toEqual([
      ['content-type', ['text/plain']],
      ['x-one', ['a']],
    ])
  })

  test('a request has every value of the query, decoded', () => {
    const { query } = asRead({ query: 'ticket=a%20b&scope=c%2Bd&empty=' })
    expect([...query]).toEqual([
      ['ticket', 'a b'],
      ['scope', 'c+d'],
      ['empty', ''],
    ])
  })

  test('a request has every byte of the body', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_none, i) => i))
    expect(asRead({ body: bytes }).body).toEqual(bytes)
    expect(asRead({ body: 'é=😀' }).body.toString()).toBe('é=😀')
    expect(asRead({}).body).toHaveLength(0)
  })

  test.each([undefined, null])('a request has no body and no path parameters where they are %s', (absent) => {
    const http = asRead({ body: 'a=b' }, { body: absent, pathParameters: absent })
    expect(http.body).toHaveLength(0)
    expect(http.pathParameters).toEqual({})
  })

  test('a body is read as base64 only if isBase64Encoded is true', () => {
    expect(asRead({}, { body: 'YT1i', isBase64Encoded: true }).body.toString()).toBe('a=b')
    for (const flag of [false, undefined, null, 'true', 1]) {
      expect(asRead({}, { body: 'YT1i', isBase64Encoded: flag }).body.toString()).toBe('YT1i')
    }
  })

  test('a request is certified on a named domain of a named API', () => {
    expect(asRead({ certificate: PEM })).toMatchObject({
      tlsCertificate: readPresented(PEM),
      onMtlsDomain: true,
    })
    const settings = { mtlsDomains: ['other.example.com', MTLS_DOMAIN], apiIds: ['x', ...API_IDS] }
    expect(asRead({ certificate: PEM }, {}, settings).tlsCertificate).toEqual(readPresented(PEM))
  })

  test('a certificate that cannot be read is malformed, never absent', () => {
    for (const certificate of ['x'.repeat(100_000), `${PEM}${PEM}`, 'x']) {
      expect(asRead({ certificate }).tlsCertificate).toHaveProperty('malformed')
    }
    for (const certificate of ['', ' ', '(null)']) {
      expect(asRead({ certificate }).tlsCertificate).toBe('absent')
    }
  })

  test.each([
    ['another domain', { domainName: 'other.example.com' }],
    ['a domain under the named one', { domainName: `a.${MTLS_DOMAIN}` }],
    ['a domain that the named one is under', { domainName: MTLS_DOMAIN.slice(5) }],
    ['a domain in other case', { domainName: MTLS_DOMAIN.toUpperCase() }],
    ['a domain with a dot at the end', { domainName: `${MTLS_DOMAIN}.` }],
    ['an empty domain', { domainName: '' }],
    ['another API', { apiId: 'zzzzzzzzzz' }],
    ['an empty API', { apiId: '' }],
  ])('a request is not certified from %s, and is not on the mutual-TLS domain', (_what, sent) => {
    const { tlsCertificate, onMtlsDomain } = asRead({ certificate: PEM, ...sent })
    expect({ tlsCertificate, onMtlsDomain }).toEqual({ tlsCertificate: 'absent', onMtlsDomain: false })
  })

  test.each([{ mtlsDomains: [] }, { apiIds: [] }, { mtlsDomains: [], apiIds: [] }])(
    'a request is not certified with the settings %j',
    (settings) => {
      expect(asRead({ certificate: PEM }, {}, settings).tlsCertificate).toBe('absent')
    },
  )

  test('a request is not certified by a header, the query or the body', () => {
    for (const spelled of [PEM, ...headerSpellings(PEM)]) {
      const headers = Object.fromEntries(CERTIFICATE_HEADERS.map((name) => [name, spelled]))
      const query = String(new URLSearchParams({ clientCertificate: spelled, certificate: spelled }))
      expect(asRead({ headers, query, body: PEM }).tlsCertificate).toBe('absent')
    }
  })
})

const inContext = <Event extends { requestContext: object }>(event: Event, changes: object) => ({
  ...event,
  requestContext: { ...event.requestContext, ...changes },
})

test.each([undefined, null, {}, { clientCert: null }, { clientCert: undefined }])(
  'an HTTP API with authentication %j has no certificate',
  (authentication) => {
    expect(read(inContext(v2Mtls, { authentication })).tlsCertificate).toBe('absent')
  },
)

test.each([undefined, null, {}, { clientCert: null }])(
  'a REST API with identity %j has no certificate',
  (identity) => {
    expect(read(inContext(v1Mtls, { identity })).tlsCertificate).toBe('absent')
  },
)

test('a certificate is taken only from the place of its own format', () => {
  const { authentication } = v2Mtls.requestContext
  const { identity } = v1Mtls.requestContext
  expect(read(inContext(v2Plain, { domainName: MTLS_DOMAIN, identity })).tlsCertificate).toBe('absent')
  expect(read(inContext(v1Plain, { domainName: MTLS_DOMAIN, authentication })).tlsCertificate).toBe('absent')
})

test('the certificate of an HTTP API with payload 1.0 is where that of a REST API is', () => {
  expect(read({ ...v1Mtls, version: '1.0' }).tlsCertificate).toEqual(readPresented(PEM))
})

test.each([undefined, null, 5, ['x'], { toString: 'x' }])(
  'a certificate without text (%j) refuses the event',
  (clientCertPem) => {
    const clientCert = { ...v2Mtls.requestContext.authentication.clientCert, clientCertPem }
    expect(() => read(inContext(v2Mtls, { authentication: { clientCert } }))).toThrow('clientCertPem')
    expect(() => read(inContext(v1Mtls, { identity: { clientCert } }))).toThrow('clientCertPem')
  },
)

test('a certificate that is refused on the named domain is nothing on another', () => {
  const changes = { authentication: { clientCert: 5 }, domainName: 'api.example.com' }
  expect(read(inContext(v2Mtls, changes)).tlsCertificate).toBe('absent')
})

test('headers of a REST API that were sent twice are all there', () => {
  const multiValueHeaders = { Authorization: ['Basic a', 'Basic b'], authorization: ['Basic c'] }
  expect(read({ ...v1Plain, multiValueHeaders }).headers.get('authorization')).toEqual([
    'Basic a',
    'Basic b',
    'Basic c',
  ])
})

test.each([undefined, null])('headers are single where multi-value headers are %s', (multiValueHeaders) => {
  expect(read({ ...v1Plain, multiValueHeaders }).headers.get('host')).toEqual(['api.example.com'])
})

test('headers of a REST API may be missing', () => {
  expect(read({ ...v1Plain, headers: null, multiValueHeaders: null }).headers.size).toBe(0)
})
