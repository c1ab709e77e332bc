import { describe, expect, test } from 'vitest'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Settings } from '../../../shared/runtime/settings.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import authorizerV1 from '../../events/authorizer-v1-mtls.json' with { type: 'json' }
import authorizerV2 from '../../events/authorizer-v2-mtls.json' with { type: 'json' }
import v2Mtls from '../../events/httpapi-v2-mtls.json' with { type: 'json' }
import v1Mtls from '../../events/rest-v1-mtls.json' with { type: 'json' }
import { testRuntime } from '../../support/test-runtime.ts'
import { openWalk } from '../../support/walk.ts'

const EVENTS = [
  ['an HTTP API', authorizerV2],
  ['a REST API', authorizerV1],
  ['an HTTP API with payload 1.0', { ...authorizerV1, version: '1.0' }],
] as const

const runtime = await testRuntime()
const settings = { ...runtime.settings, serviceId: (await openWalk(runtime)).number }

/** An authorizer with the given decision. */
const deciding = (decide: () => Promise<{ client_id: string }>, changed: Partial<Settings> = {}) =>
  serveAuthorizer(decide, { ...runtime, settings: { ...settings, ...changed } })
const allow = () => Promise.resolve({ client_id: '7' })
const fail = (error: unknown) => () => {
  throw error
}

test.each([
  [{ serviceId: undefined }, 'SERVICE_ID'],
  [{ mtlsDomains: [] }, 'MTLS_DOMAINS'],
  [{ apiIds: [] }, 'API_IDS'],
] as const)('the authorizer does not start with %j: the error names %s', (changed, variable) => {
  expect(() => deciding(allow, changed)).toThrow(variable)
})

test('the authorizer has one parameter, because with more Lambda would wait for a callback', () => {
  expect(deciding(allow)).toHaveLength(1)
})

describe.each(EVENTS)('for %s', (_what, event) => {
  const version2 = 'version' in event && event.version === '2.0'

  test('a decision is an answer and a line', async () => {
    const result = await deciding(allow)(event)
    expect(result).toMatchObject({ context: { client_id: '7' } })
    expect(result).toMatchObject(
      version2
        ? { isAuthorized: true }
        : { principalId: '7', policyDocument: { Statement: [{ Effect: 'Allow' }] } },
    )
    expect(runtime.logged()).toMatchObject([
      { level: 'info', requestId: event.requestContext.requestId, endpoint: 'authorizer', outcome: 'OK' },
    ])
  })

  test('a refusal is an answer and a line, not an error of the function', async () => {
    const result = await deciding(fail(new Refusal('certificate-differs')))(event)
    expect(result).not.toHaveProperty('context')
    expect(result).toMatchObject(
      version2
        ? { isAuthorized: false }
        : { principalId: 'unknown', policyDocument: { Statement: [{ Effect: 'Deny' }] } },
    )
    expect(runtime.logged()).toMatchObject([
      { level: 'warn', outcome: 'UNAUTHORIZED', reason: 'certificate-differs' },
    ])
  })

  test.each([
    ['a store that cannot be reached', new StoreUnavailable('away', { cause: new Error('why') })],
    ['a fault of ours', new TypeError('secret')],
    ['anything else', 'a string'],
  ])('%s is thrown without its message, and logged with its cause', async (_cause, error) => {
    await expect(deciding(fail(error))(event)).rejects.toThrow(/^the authorizer could not decide$/)
    expect(runtime.logged()).toMatchObject([{ level: 'error', outcome: 500, reason: 'internal' }])
    expect(runtime.logged()[0]).toHaveProperty('cause')
  })

  test('a missing service is thrown', async () => {
    await expect(deciding(allow, { serviceId: 1 })(event)).rejects.toThrow('could not decide')
  })
})

const { requestContext } = authorizerV2
const unseen = { ...requestContext, authentication: { clientCert: { clientCertPem: 5 } } }
test.each([
  ['nothing', undefined],
  ['no object', 'x'],
  ['an integration of an HTTP API', v2Mtls],
  ['an integration of a REST API', v1Mtls],
  [
    'a TOKEN authorizer',
    {
      type: 'TOKEN',
      authorizationToken: 'Bearer x',
      methodArn: authorizerV1.methodArn,
    },
  ],
  ['a TOKEN authorizer with more', { ...authorizerV1, type: 'TOKEN' }],
  ['no type', { ...authorizerV1, type: undefined }],
  ['another version', { ...authorizerV2, version: '3.0' }],
  ['no method', { ...authorizerV1, httpMethod: undefined }],
  ['no ARN of the route', { ...authorizerV2, routeArn: undefined, methodArn: authorizerV1.methodArn }],
  ['no ARN of the method', { ...authorizerV1, methodArn: undefined, routeArn: authorizerV2.routeArn }],
  ['a certificate that cannot be seen', { ...authorizerV2, requestContext: unseen }],
])('the authorizer throws for %s, which is not one of its events', async (_what, event) => {
  await expect(deciding(allow)(event)).rejects.toThrow('the authorizer could not decide')
  expect(runtime.logged()).toMatchObject([
    { level: 'error', requestId: 'unknown', outcome: 500, reason: 'event-malformed' },
  ])
})
