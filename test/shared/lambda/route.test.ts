import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { roleAccess, deploymentAccess } from '../../../shared/lambda/access.ts'
import { oauth as oauthFace, publicDocument, webApi as webApiFace } from '../../../shared/lambda/faces.ts'
import { route, routesOf } from '../../../shared/lambda/route.ts'
import { serve } from '../../../shared/lambda/serve.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { success } from '../../../shared/web-api.ts'
import { eventFor, FORMATS, type Sent } from '../../support/gateway.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const SERVICE = 21653835348762
const REQUEST_IDS = { '2.0': 'JKJaXmPLvHcESHA=', '1.0': '3f1b6a52-8f6c-4f0d-9b0e-6a7c1d2e3f40' }

const runtime = await testRuntime()
await runtime.store.registry.putService({
  apiKey: SERVICE,
  issuer: 'https://as.example.com',
  credentials: [{ digest: digest('s3cret'), role: 'runtime' }],
})

/** The decision of the endpoint. Each test sets it. */
let decide: (request: string | undefined) => Promise<string>

const ROUTES = routesOf(
  route({
    paths: ['/oauth'],
    access: deploymentAccess('client'),
    face: oauthFace('Basic'),
    read: (...[form]) => form,
    decide: (form) => decide(form),
    respond: (result, { issuer }) => ({ result, issuer, none: null, deep: { none: null }, no: false }),
  }),
  route({
    paths: ['/web-api'],
    access: roleAccess('runtime'),
    face: webApiFace({
      type: 'testResponse',
      call: z.object({ text: z.optional(z.string()) }),
      errors: 'json',
      members: { flag: false },
    }),
    read: ({ text }) => text,
    decide: (text) => decide(text),
    respond: (result) => ({
      ...success('A000001', 'It worked.'),
      action: 'OK' as const,
      result,
      absent: undefined,
    }),
  }),
  route({
    paths: ['/document'],
    methods: ['GET'],
    access: deploymentAccess('everyone'),
    face: publicDocument,
    read: () => undefined,
    decide: () => Promise.resolve(),
    respond: (_, { issuer }) => ({ issuer }),
  }),
)

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const CREDENTIALS = { authorization: `Basic ${Buffer.from(`${SERVICE}:s3cret`).toString('base64')}` }
const NO_STORE = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }

const oauth = (sent: Partial<Sent> = {}): Sent => ({ route: '/oauth', headers: FORM, body: 'a=b', ...sent })
const webApi = (sent: Partial<Sent> = {}): Sent => {
  return { route: '/web-api', headers: CREDENTIALS, body: '{"text":"x"}', ...sent }
}

describe.each(FORMATS)('format %s', (format) => {
  beforeEach(() => {
    decide = (request) => Promise.resolve(`got ${request ?? 'nothing'}`)
  })

  async function send(sent: Sent, by: Runtime = runtime) {
    const { statusCode, headers, body } = await serve(ROUTES, by)(eventFor(sent, format))
    return { status: statusCode, headers, json: JSON.parse(body) as Record<string, unknown> }
  }
  const failing = (error: Error) => {
    decide = () => Promise.reject(error)
  }

  test('the OAuth face sends the content without null members, never to be cached', async () => {
    expect(await send(oauth())).toEqual({
      status: 200,
      headers: NO_STORE,
      json: { result: 'got a=b', issuer: 'https://as.example.com', deep: { none: null }, no: false },
    })
    expect(runtime.logged()).toMatchObject([{ endpoint: '/oauth', outcome: 'OK', service: SERVICE }])
  })

  test('the Web API sends 200 with its type, and no member without a value', async () => {
    expect(await send(webApi())).toEqual({
      status: 200,
      headers: NO_STORE,
      json: {
        type: 'testResponse',
        resultCode: 'A000001',
        resultMessage: '[A000001] It worked.',
        action: 'OK',
        result: 'got x',
      },
    })
    expect(runtime.logged()).toMatchObject([{ endpoint: '/web-api', outcome: 'OK', service: SERVICE }])
  })

  test('a document is for everyone, and may be cached for a while', async () => {
    expect(await send({ route: '/document', method: 'GET' })).toEqual({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
      },
      json: { issuer: 'https://as.example.com' },
    })
  })

  test.each([
    [oauth(), ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'post'], 'POST'],
    [webApi(), ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'], 'POST'],
    [{ route: '/document' }, ['POST', 'PUT', 'HEAD', 'OPTIONS'], 'GET'],
  ])('%j takes no method of %j', async (sent, methods, allow) => {
    for (const method of methods) {
      const { status, headers, json } = await send({ ...sent, method })
      expect([status, headers['allow']]).toEqual([405, allow])
      if (sent.route === '/web-api') expect(json['resultCode']).toBe('A001296')
      else expect(json['error']).toBe('invalid_request')
    }
  })

  test('the method is judged before the credentials, and these before the body', async () => {
    expect((await send(webApi({ method: 'GET', headers: {}, body: 'x' }))).status).toBe(405)
    expect((await send(webApi({ headers: {}, body: 'x' }))).status).toBe(401)
    expect((await send(webApi({ body: 'x' }))).status).toBe(400)
  })

  test('a refusal becomes its row, on each face in its own way', async () => {
    failing(new Refusal('code-unknown', { members: { flag: true, other: 1 } }))
    expect(await send(oauth())).toEqual({ status: 400, headers: NO_STORE, json: { error: 'invalid_grant' } })
    expect(await send(webApi())).toMatchObject({
      status: 200,
      json: { action: 'BAD_REQUEST', resultCode: 'A050305', flag: true, other: 1 },
    })
    failing(new Refusal('code-unknown'))
    expect((await send(webApi())).json['flag']).toBe(false)
    expect(runtime.logged().map(({ level, reason }) => [level, reason])).toEqual([
      ['warn', 'code-unknown'],
      ['warn', 'code-unknown'],
      ['warn', 'code-unknown'],
    ])
  })

  test.each([
    ['an Error', new Error('inner words', { cause: new TypeError('inmost words') })],
    ['a value that is not an Error', 'inner words' as unknown as Error],
  ])('%s is 500 on both faces, found in the log by its request id', async (_what, error) => {
    failing(error)
    const [one, other] = [await send(oauth()), await send(webApi())]
    const headers = { ...NO_STORE, 'x-request-id': REQUEST_IDS[format] }
    expect(one).toEqual({ status: 500, headers, json: { error: 'server_error' } })
    expect(other).toEqual({
      status: 500,
      headers,
      json: { resultCode: 'A001101', resultMessage: '[A001101] /web-api, Internal server error.' },
    })
    const about = { level: 'error', requestId: REQUEST_IDS[format], reason: 'internal' }
    expect(runtime.logged()).toMatchObject([
      { ...about, endpoint: '/oauth', outcome: 500 },
      { ...about, endpoint: '/web-api', outcome: 500 },
    ])
  })

  test('the log has what was thrown with all its causes, and nothing of the request', async () => {
    const MARK = 'mark-of-the-request'
    failing(new Error('inner words', { cause: new TypeError('inmost words') }))
    const headers = { ...FORM, ...CREDENTIALS, 'x-any': MARK, cookie: MARK, 'user-agent': MARK }
    await send(oauth({ headers, body: `token=${MARK}`, certificate: MARK }))
    expect(runtime.lines).toHaveLength(1)
    expect(runtime.logged()[0]?.cause).toMatchObject({
      name: 'Error',
      message: 'inner words',
      stack: expect.stringContaining('route.test.ts') as string,
      cause: { name: 'TypeError', message: 'inmost words' },
    })
    expect(runtime.lines[0]).not.toContain(MARK)
    expect(runtime.lines[0]).not.toContain(CREDENTIALS.authorization)
    expect(runtime.lines[0]).not.toContain('s3cret')
  })

  test('a store that cannot be reached is 503 with Retry-After, and logged with its cause', async () => {
    failing(new StoreUnavailable('no connection', { cause: new Error('ECONNREFUSED') }))
    const headers = { ...NO_STORE, 'retry-after': '1', 'x-request-id': REQUEST_IDS[format] }
    expect(await send(oauth())).toEqual({ status: 503, headers, json: { error: 'temporarily_unavailable' } })
    expect(await send(webApi())).toMatchObject({ status: 503, headers, json: { resultCode: 'A001191' } })
    expect(runtime.logged()).toMatchObject([
      { level: 'error', outcome: 503, reason: 'unavailable', cause: { message: 'no connection' } },
      { level: 'error', outcome: 503, reason: 'unavailable', cause: { cause: { message: 'ECONNREFUSED' } } },
    ])
  })

  test('a refusal that is our own fault is 500 or INTERNAL_SERVER_ERROR, and logged with its cause', async () => {
    failing(new Refusal('jwt-not-signed', { cause: new Error('no key') }))
    expect(await send(oauth())).toEqual({
      status: 500,
      headers: { ...NO_STORE, 'x-request-id': REQUEST_IDS[format] },
      json: { error: 'server_error' },
    })
    expect(await send(webApi())).toMatchObject({
      status: 200,
      json: { action: 'INTERNAL_SERVER_ERROR', resultCode: 'A050202' },
    })
    const logged = { level: 'error', reason: 'jwt-not-signed', cause: { message: 'no key' } }
    const outcome = 'INTERNAL_SERVER_ERROR'
    expect(runtime.logged()).toMatchObject([
      { ...logged, outcome },
      { ...logged, outcome },
    ])
  })

  test('an OAuth face whose service is not in the registry answers 503 and logs no failure', async () => {
    const settings = { ...runtime.settings, serviceId: 1 }
    for (const sent of [oauth(), { route: '/document', method: 'GET' }]) {
      const { status, headers } = await send(sent, { ...runtime, settings })
      expect([status, headers['retry-after']]).toEqual([503, '1'])
    }
    const absent = { level: 'warn', service: 1, reason: 'service-absent' }
    expect(runtime.logged()).toMatchObject([absent, absent])
  })
})
