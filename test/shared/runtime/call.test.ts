import { beforeEach, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { Call } from '../../../shared/runtime/call.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { roleAccess, deploymentAccess } from '../../../shared/lambda/access.ts'
import { oauth, webApi } from '../../../shared/lambda/faces.ts'
import { bothVersions, route, routesOf } from '../../../shared/lambda/route.ts'
import { serve } from '../../../shared/lambda/serve.ts'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import { eventFor, FORMATS } from '../../support/gateway.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { success } from '../../../shared/web-api.ts'

const SERVICE = 21653835348762
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const OAUTH = { route: '/oauth', headers: FORM, body: 'a=b' }
const basic = (secret: string) => ({
  route: '/api/web-api',
  headers: { authorization: `Basic ${Buffer.from(`${SERVICE}:${secret}`).toString('base64')}` },
  body: '{}',
})

let calls: Call[] = []
const runtime = await testRuntime()
await runtime.store.registry.putService({
  apiKey: SERVICE,
  issuer: 'https://as.example.com',
  credentials: [
    { digest: digest('s3cret'), role: 'runtime' },
    { digest: digest('small'), role: 'introspect' },
  ],
})
beforeEach(() => {
  calls = []
})

const decide = (_request: unknown, call: Call) => Promise.resolve(calls.push(call))
const read = () => undefined
const ROUTES = routesOf(
  route({
    paths: ['/oauth'],
    access: deploymentAccess('client'),
    face: oauth('Basic'),
    read: (...given) => given.length,
    decide,
    respond: () => ({}),
  }),
  route({
    paths: bothVersions('/web-api'),
    access: roleAccess('runtime'),
    face: webApi({ type: 'testResponse', call: z.object({}), errors: 'json' }),
    read,
    decide,
    respond: () => ({ ...success('A000001', 'It worked.'), action: 'OK' as const }),
  }),
)

test('a request reads the clock once, and the next request reads it again', async () => {
  let now = 1_795_502_400
  const handler = serve(ROUTES, { ...runtime, now: () => now++ as EpochSeconds })
  for (const format of FORMATS) await handler(eventFor(OAUTH, format))
  await handler(eventFor(basic('s3cret'), '2.0'))
  expect(calls.map((call) => call.now)).toEqual([1_795_502_400, 1_795_502_401, 1_795_502_402])
})

test('every line of a Web API call names the credential, also where its role is too small', async () => {
  const handler = serve(ROUTES, runtime)
  await handler(eventFor(basic('s3cret'), '2.0'))
  await handler(eventFor(basic('small'), '2.0'))
  await handler(eventFor(OAUTH, '2.0'))
  expect(runtime.logged()).toMatchObject([
    { service: SERVICE, credential: credentialId({ digest: digest('s3cret') }), outcome: 'OK' },
    { service: SERVICE, credential: credentialId({ digest: digest('small') }), reason: 'role-too-small' },
    { service: SERVICE, outcome: 'OK' },
  ])
  expect(runtime.lines[2]).not.toContain('credential')
  expect(calls.map(({ caller }) => caller?.role)).toEqual(['runtime', undefined])
})
