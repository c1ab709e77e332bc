import { describe, expect, test } from 'vitest'
import type { Route, Routes } from '../../../shared/lambda/route.ts'
import { serve } from '../../../shared/lambda/serve.ts'
import { routes as management } from '../../../functions/management/routes.ts'
import type { Settings } from '../../../shared/runtime/settings.ts'
import v2Plain from '../../events/httpapi-v2-plain.json' with { type: 'json' }
import v1Plain from '../../events/rest-v1-plain.json' with { type: 'json' }
import { eventFor, FORMATS, ROUTES } from '../../support/gateway.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const runtime = await testRuntime()

const withSettings = (settings: Partial<Settings>) => ({
  ...runtime,
  settings: { ...runtime.settings, ...settings },
})

const echo: Route = {
  endpoint: '/echo',
  paths: ['/echo'],
  face: 'webApi',
  methods: ['POST'],
  access: 'everyone',
  answer: (http, _runtime, log) => {
    log.note({ client: 5 })
    const response = {
      status: 200,
      headers: { 'x-one': '1' },
      body: `${http.method} ${http.body.toString()}`,
    }
    return Promise.resolve({ response, outcome: 'OK' })
  },
}
const routes: Routes = { '/echo': echo }

test.each([
  [{ serviceId: undefined }, 'SERVICE_ID'],
  [{ mtlsDomains: [] }, 'MTLS_DOMAINS'],
  [{ apiIds: [] }, 'API_IDS'],
] as const)('OAuth routes do not start with %j: the error names %s', (settings, variable) => {
  const start = (toServe: Routes) => () => serve(toServe, withSettings(settings))
  expect(start(ROUTES)).toThrow(variable)
  expect(start({ ...routes, '/oauth': { ...echo, face: 'oauth' } })).toThrow(variable)
})

test('a function starts with all OAuth routes', () => {
  expect(serve(ROUTES, runtime)).toBeTypeOf('function')
})

test('a function with only Web API routes starts without their settings', () => {
  const bare = withSettings({ serviceId: undefined, mtlsDomains: [], apiIds: [] })
  expect(serve(routes, bare)).toBeTypeOf('function')
  expect(serve(management, bare)).toBeTypeOf('function')
})

test('the handler has one parameter, because with more Lambda would wait for a callback', () => {
  expect(serve(routes, runtime)).toHaveLength(1)
})

describe.each(FORMATS)('an event of format %s', (format) => {
  const send = (route: string, body?: string) =>
    serve(routes, runtime)(eventFor({ route, ...(body === undefined ? {} : { body }) }, format))

  test('an event is answered by its route, and logged in one line', async () => {
    expect(await send('/echo', 'a=b')).toEqual({
      statusCode: 200,
      headers: { 'x-one': '1' },
      body: 'POST a=b',
      isBase64Encoded: false,
    })
    const context = format === '2.0' ? v2Plain.requestContext : v1Plain.requestContext
    expect(runtime.logged()).toEqual([
      {
        level: 'info',
        time: expect.any(Number) as number,
        requestId: context.requestId,
        endpoint: '/echo',
        client: 5,
        outcome: 'OK',
        milliseconds: 0,
      },
    ])
  })

  test.each(['/other', '/', '', '/echo/', '/ECHO', 'constructor', '__proto__', 'toString', '$default'])(
    'an event is 404 on the route %j',
    async (route) => {
      expect(await send(route)).toMatchObject({ statusCode: 404, body: '{"error":"invalid_request"}' })
      expect(runtime.logged()).toMatchObject([
        { endpoint: 'unknown', outcome: 404, reason: 'route-unknown', level: 'warn' },
      ])
      expect(runtime.lines.join('')).not.toContain('"client"')
    },
  )
})

test.each([undefined, null, 'x', 5, [], {}, { ...v2Plain, body: 5 }, { ...v1Plain, version: '9' }])(
  'the malformed event %j is 400 and cannot be cached',
  async (event) => {
    const result = await serve(routes, runtime)(event)
    expect(result).toEqual({
      statusCode: 400,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
      body: '{"error":"invalid_request"}',
      isBase64Encoded: false,
    })
    expect(runtime.logged()).toMatchObject([
      { requestId: 'unknown', endpoint: 'unknown', outcome: 400, reason: 'event-malformed' },
    ])
  },
)

test('the log has how long the answer took, to the microsecond', async () => {
  const times = [10, 12.3456789]
  const ticking = { ...runtime, elapsed: () => times.shift() ?? 0 }
  await serve(routes, ticking)(eventFor({ route: '/echo' }, '2.0'))
  expect(runtime.logged()).toMatchObject([{ milliseconds: 2.346 }])
})

test('two events at a time have a line each', async () => {
  const handler = serve(routes, runtime)
  await Promise.all([handler(eventFor({ route: '/echo' }, '2.0')), handler(eventFor({ route: '/x' }, '1.0'))])
  expect(runtime.logged().map(({ endpoint, client }) => [endpoint, client])).toEqual(
    expect.arrayContaining([
      ['/echo', 5],
      ['unknown', undefined],
    ]),
  )
})
