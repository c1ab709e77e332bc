import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { readPresented } from '../../../shared/certificate/presented.ts'
import { MalformedEvent, toHttpRequest } from '../../../shared/gateway/event.ts'
import type { Settings } from '../../../shared/runtime/settings.ts'
import authorizerV1 from '../../events/authorizer-v1-mtls.json' with { type: 'json' }
import authorizerV2 from '../../events/authorizer-v2-mtls.json' with { type: 'json' }
import v2Mtls from '../../events/httpapi-v2-mtls.json' with { type: 'json' }
import v1Mtls from '../../events/rest-v1-mtls.json' with { type: 'json' }
import { API_IDS, MTLS_DOMAIN } from '../../support/fixed-runtime.ts'

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
const PEM = v2Mtls.requestContext.authentication.clientCert.clientCertPem
const EVENTS = { v2Mtls, v1Mtls, authorizerV1, authorizerV2 }

const Sound = z.strictObject({
  requestId: z.string(),
  method: z.string(),
  route: z.string(),
  path: z.optional(z.string()),
  apiId: z.optional(z.string()),
  address: z.optional(z.string()),
  pathParameters: z.record(z.string(), z.string()),
  query: z.instanceof(URLSearchParams),
  headers: z.map(z.string(), z.array(z.string())),
  body: z.instanceof(Buffer),
  onMtlsDomain: z.boolean(),
  tlsCertificate: z.union([
    z.literal('absent'),
    z.strictObject({ malformed: z.string() }),
    z.strictObject({ der: z.instanceof(Buffer), thumbprint: z.string() }),
  ]),
})

/** The request, if it has the members of its type; `undefined` for a MalformedEvent. Any other error is thrown. */
function read(event: unknown): HttpRequest | undefined {
  try {
    const http = toHttpRequest(event, SETTINGS)
    z.parse(Sound, http)
    return http
  } catch (error) {
    if (error instanceof MalformedEvent) return undefined
    throw error
  }
}

const WRONG = [undefined, null, 0, 5, true, '', 'x', [], [5], ['x'], {}, { a: 5 }, { toString: 5 }] as const

/** Every path to a member, down to the certificate's text. */
function paths(value: unknown, depth = 4): string[][] {
  if (typeof value !== 'object' || value === null || depth === 0) return []
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...paths(member, depth - 1).map((rest) => [name, ...rest]),
  ])
}

function replaced(value: unknown, [name, ...rest]: string[], by: unknown): unknown {
  if (name === undefined) return by
  const members = value as Record<string, unknown>
  return { ...members, [name]: replaced(members[name], rest, by) }
}

describe.each(Object.entries(EVENTS))('%s', (_name, event) => {
  test('an event with any member of a wrong kind is refused or still a sound request', () => {
    for (const path of paths(event)) {
      for (const wrong of WRONG) read(replaced(event, path, wrong))
    }
  })

  test('an event with any member of a wrong kind brings its own certificate, a text in its place, or none', () => {
    for (const path of paths(event)) {
      for (const wrong of WRONG) {
        const http = read(replaced(event, path, wrong))
        if (http === undefined || http.tlsCertificate === 'absent' || path.at(-1) === 'clientCertPem')
          continue
        expect(http.tlsCertificate).toEqual(readPresented(PEM))
      }
    }
  })

  test('an event with a wrong kind in place of a needed text is refused', () => {
    const required =
      'version' in event
        ? [
            ['version'],
            ['routeKey'],
            ['requestContext'],
            ['requestContext', 'http'],
            ['requestContext', 'http', 'method'],
          ]
        : [['httpMethod'], ['resource'], ['requestContext']]
    for (const path of required) {
      for (const wrong of [undefined, null, 5, true, [], ['POST']]) {
        expect(read(replaced(event, path, wrong))).toBeUndefined()
      }
    }
  })

  test.each([
    ['a body that is not a text', ['body'], 5],
    ['a body that is an object', ['body'], { grant_type: 'x' }],
    ['path parameters that are not an object', ['pathParameters'], 'x'],
    ['path parameters in a list', ['pathParameters'], ['x']],
    ['a path parameter that is not a text', ['pathParameters'], { serviceId: 5 }],
    ['a path parameter in a list', ['pathParameters'], { serviceId: ['x'] }],
  ])('an event with %s is refused', (_what, path, wrong) => {
    expect(read(replaced(event, path, wrong))).toBeUndefined()
  })

  test('the request id of an event without one is `unknown`', () => {
    for (const wrong of [undefined, null, 5, ['x']]) {
      expect(read(replaced(event, ['requestContext', 'requestId'], wrong))?.requestId).toBe('unknown')
    }
  })
})

test.each(['2.0', '3.0', '2', '', 'v1', 1, 1.0, 2, null, ['1.0']])(
  'no REST API has the version %j',
  (version) => {
    expect(read({ ...v1Mtls, version })).toBeUndefined()
  },
)

test.each(['1.0', '2', '2.00', '', 2, 2.0, null, ['2.0']])('no HTTP API has the version %j', (version) => {
  expect(read({ ...v2Mtls, version })).toBeUndefined()
})

test('the version decides, not the members of the other format', () => {
  const both = { ...v1Mtls, ...v2Mtls, resource: '/other', httpMethod: 'PUT' }
  expect(read(both)).toMatchObject({ method: 'POST', route: '/token', requestId: 'JKJaXmPLvHcESHA=' })
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', '{}'],
  ['a number', 5],
  ['a list', [v2Mtls]],
  ['an empty object', {}],
  ['only a request context', { requestContext: {} }],
  ['a token authorizer', { type: 'TOKEN', methodArn: 'arn', authorizationToken: 'x' }],
  ['a load balancer', { requestContext: { elb: {} }, httpMethod: 'POST', path: '/token', headers: {} }],
  ['a queue', { Records: [{ messageId: 'x', body: '{}' }] }],
  ['a schedule', { source: 'aws.events', detail: {} }],
])('%s does not count as an event and is refused', (_what, event) => {
  expect(read(event)).toBeUndefined()
})

test('anything that is not an event is refused with a MalformedEvent', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (event) => {
      read(event)
    }),
  )
})

const member = fc.constantFrom(...paths(v2Mtls), ...paths(v1Mtls), ...paths(authorizerV2))

test('an event with a few wrong members is refused with a MalformedEvent', () => {
  const changes = fc.array(fc.tuple(member, fc.jsonValue()), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.constantFrom(v2Mtls, v1Mtls), changes, (event, wrong) => {
      const changed = wrong.reduce<unknown>((now, [path, value]) => {
        return reaches(now, path) ? replaced(now, path, value) : now
      }, event)
      read(changed)
    }),
    { numRuns: 1_000 },
  )
})

test('the error names the wrong member, never its value', () => {
  const secret = 's3cret'
  for (const event of [
    { ...v2Mtls, routeKey: [secret] },
    { ...v1Mtls, body: [secret] },
    { ...v2Mtls, version: secret },
    { ...v2Mtls, pathParameters: { serviceId: [secret] } },
  ]) {
    expect(() => toHttpRequest(event, SETTINGS)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^[A-Za-z.]+$/) as string }),
    )
  }
})

function reaches(value: unknown, path: string[]): boolean {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | null)?.[name], value)
  return typeof parent === 'object' && parent !== null
}
