import { describe, expect, test } from 'vitest'
import { requireToken } from '../../../shared/resource-server/alb.ts'
import {
  type AccessToken,
  protectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import { newProofKey, proofOf } from '../../support/proof-keys.ts'
import { HOLDER, signedTokens, THIEF } from '../../support/signed-tokens.ts'

const ARN = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/accounts/0123456789abcdef'
const { options, claims, jwt } = signedTokens()

/** An event of the load balancer as it is documented, with multi-value headers. */
const eventOf = (headers: Readonly<Record<string, readonly string[]>>, changes: object = {}) => ({
  requestContext: { elb: { targetGroupArn: ARN } },
  httpMethod: 'GET',
  path: '/accounts',
  multiValueQueryStringParameters: {},
  multiValueHeaders: { host: ['accounts.example.com'], 'x-forwarded-proto': ['https'], ...headers },
  body: '',
  isBase64Encoded: false,
  ...changes,
})

const leaf = ({ cert }: { readonly cert: string }) => ({
  'x-amzn-mtls-clientcert-leaf': [encodeURIComponent(cert).replaceAll('%2B', '+').replaceAll('%2F', '/')],
})
const bearer = { authorization: [`Bearer ${jwt()}`] }

const serve = (_event: object, token: AccessToken) =>
  Promise.resolve({ statusCode: 200, body: token.subject ?? '' })
const handlerOf = (changes: Partial<ProtectedResourceOptions> = {}) =>
  requireToken(
    protectedResource({ ...options, ...changes } as ProtectedResourceOptions),
    { targetGroupArns: ['arn:other', ARN], scopes: ['read'] },
    serve,
  )
const call = (event: object, changes?: Partial<ProtectedResourceOptions>) => handlerOf(changes)(event, {})

test('the holder of the certificate is served, and everybody else gets the answers of RFC 6750 as multi-value headers', async () => {
  expect(await call(eventOf({ ...bearer, ...leaf(HOLDER) }))).toEqual({ statusCode: 200, body: 's' })
  expect(await call(eventOf({ ...bearer, ...leaf(THIEF) }))).toEqual({
    statusCode: 401,
    multiValueHeaders: {
      'cache-control': ['no-store'],
      pragma: ['no-cache'],
      'content-type': ['application/json'],
      'www-authenticate': ['Bearer error="invalid_token"'],
    },
    body: '{"error":"invalid_token"}',
    isBase64Encoded: false,
  })
  expect(await call(eventOf(leaf(HOLDER)))).toMatchObject({ statusCode: 401, body: '' })
})

test.each<[string, Readonly<Record<string, readonly string[]>>, string]>([
  ['no certificate', {}, 'certificate-missing'],
  [
    'the chain of the mode passthrough',
    { 'x-amzn-mtls-clientcert': [encodeURIComponent(HOLDER.cert)] },
    'certificate-missing',
  ],
  [
    'a repeated header',
    { 'x-amzn-mtls-clientcert-leaf': Object.values(leaf(HOLDER)).flatMap((a) => [...a, ...a]) },
    'certificate-unreadable',
  ],
  [
    'a header in two spellings',
    { ...leaf(HOLDER), 'X-Amzn-Mtls-Clientcert-Leaf': ['x'] },
    'certificate-unreadable',
  ],
  ['an empty header', { 'x-amzn-mtls-clientcert-leaf': [''] }, 'certificate-unreadable'],
])('%s is refused', async (_what, headers, reason) => {
  const reasons: string[] = []
  const onRefusal = (each: string) => reasons.push(each)
  expect(await call(eventOf({ ...bearer, ...headers }), { onRefusal })).toMatchObject({ statusCode: 401 })
  expect(reasons).toEqual([reason])
})

test('a token that is bound to a key passes with its proof for the public URL', async () => {
  const key = newProofKey()
  const publicUrl = 'https://accounts.example.com'
  const token = jwt({ cnf: { jkt: key.jkt } })
  const dpop = (htu: string) => [proofOf(key, token, claims.iat, { htm: 'GET', htu })]
  const ask = (htu: string) =>
    call(eventOf({ authorization: [`DPoP ${token}`], dpop: dpop(htu) }), { publicUrl })
  expect(await ask(`${publicUrl}/accounts`)).toMatchObject({ statusCode: 200 })
  expect(await ask(`${publicUrl}/other`)).toMatchObject({ statusCode: 401 })
})

describe('events that prove nothing are thrown', () => {
  const good = { ...bearer, ...leaf(HOLDER) }
  test.each<[string, unknown, string]>([
    [
      'a target group with a longer name',
      eventOf(good, { requestContext: { elb: { targetGroupArn: `${ARN}b` } } }),
      'targetGroupArns',
    ],
    [
      'another target group',
      eventOf(good, { requestContext: { elb: { targetGroupArn: 'arn:b' } } }),
      'targetGroupArns',
    ],
    ['API Gateway', eventOf(good, { requestContext: { apiId: 'a' } }), 'targetGroupArns'],
    ['nothing', undefined, 'targetGroupArns'],
    [
      'single headers',
      { ...eventOf({}), multiValueHeaders: undefined, headers: good },
      'multi_value_headers',
    ],
  ])('an event of %s', async (_what, event, message) => {
    await expect(handlerOf()(event as object, {})).rejects.toThrow(message)
  })

  test('requireToken throws without a target group', () => {
    const resource = protectedResource(options)
    expect(() => requireToken(resource, { targetGroupArns: [] }, serve)).toThrow(TypeError)
  })
})
