import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Account, Inspected } from '../../../../infra/aws/doctor/check.ts'
import { invokers } from '../../../../infra/aws/doctor/aws/functions.ts'
import { authorizers, domains, executeApi } from '../../../../infra/aws/doctor/aws/gateway.ts'
import { timeToLive } from '../../../../infra/aws/doctor/aws/tables.ts'
import { inspect } from '../../../../infra/aws/doctor/checks.ts'
import { startAnsweringAws } from '../../../support/answering-aws.ts'
import { type InspectedSite, inspectedSite, verdict } from './inspected-site.ts'

const answers = new Map<string, object | string | number>()
let site: InspectedSite
let inspected: Inspected
let answering: Awaited<ReturnType<typeof startAnsweringAws>>
let account: Account

beforeAll(async () => {
  site = await inspectedSite()
  inspected = await site.inspected()
  answering = await startAnsweringAws(answers)
  const config = {
    region: 'eu-central-1',
    endpoint: answering.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const clients = {
    cloudFormation: new CloudFormationClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    gateway: new ApiGatewayV2Client(config),
    lambda: new LambdaClient(config),
    dynamodb: new DynamoDBClient(config),
    close: () => undefined,
  }
  const domain = (name: string) => ({
    name,
    certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1',
  })
  const settings = {
    stage: 'prod',
    mtlsDomain: domain('mtls.example.com'),
    plainDomain: domain('api.example.com'),
  }
  account = { aws: clients, settings, tables: ['registry', 'grants'] }
})
afterAll(async () => {
  await answering.close()
  await site.close()
})

const MTLS = '/v2/domainnames/mtls.example.com'
const PLAIN = '/v2/domainnames/api.example.com'
const STORE = { truststoreUri: 's3://bucket/truststore.pem', truststoreVersion: 'v2' }
const TTL = { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } }
const TOKEN = '/2015-03-31/functions/certbound-prod-token/policy'

const policy = (Principal: unknown, Condition?: object) => {
  const statement = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Principal, Condition }
  return { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}
const GATEWAY = { Service: 'apigateway.amazonaws.com' }
const SOURCE = { ArnLike: { 'AWS:SourceArn': 'arn:aws:execute-api:eu-central-1:123456789012:a1b2/*' } }
const authorizer = (authorizerResultTtlInSeconds: number, name = 'certbound-prod-authorizer') => ({
  items: [
    {
      name: 'certbound',
      authorizerUri: `arn:aws:apigateway:::function:${name}/invocations`,
      authorizerResultTtlInSeconds,
    },
  ],
})

beforeEach(() => {
  answers.clear()
  for (const [call, answer] of Object.entries({
    [`GET ${MTLS}`]: { domainName: 'mtls.example.com', mutualTlsAuthentication: STORE },
    [`GET ${PLAIN}`]: { domainName: 'api.example.com' },
    [`GET ${MTLS}/apimappings`]: { items: [{ apiId: 'a1b2' }] },
    [`GET ${PLAIN}/apimappings`]: { items: [{ apiId: 'a1b2' }] },
    'GET /v2/apis/a1b2': {
      apiId: 'a1b2',
      apiEndpoint: 'https://localhost:1',
      disableExecuteApiEndpoint: true,
    },
    'GET /v2/apis': { items: [{ apiId: 'other', name: 'accounts' }] },
    'GET /v2/apis/other/authorizers': authorizer(0),
    'HEAD /bucket/truststore.pem': 'v2',
    [`GET ${TOKEN}`]: policy(GATEWAY, SOURCE),
    'DescribeTimeToLive registry': TTL,
    'DescribeTimeToLive grants': TTL,
  })) {
    answers.set(call, answer)
  }
})

const ALL = { executeApi, domains, authorizers, invokers, timeToLive }

test.each(Object.entries(ALL))('the check %s finds nothing wrong in a good account', async (_name, check) => {
  expect(await verdict(check(account), inspected)).toBe('ok')
})

test.each<[string, keyof typeof ALL, string, object | string, RegExp]>([
  [
    'an open execute-api endpoint',
    'executeApi',
    'GET /v2/apis/a1b2',
    { apiId: 'a1b2', apiEndpoint: 'https://localhost:1' },
    /^fail: the execute-api endpoint of the API a1b2 is open: it bypasses mutual TLS$/,
  ],
  [
    'two APIs behind the two domains',
    'executeApi',
    `GET ${PLAIN}/apimappings`,
    { items: [{ apiId: 'c3d4' }] },
    /^fail: the two domains lead to 2 APIs \(a1b2, c3d4\)$/,
  ],
  [
    'a domain that leads nowhere',
    'executeApi',
    `GET ${MTLS}/apimappings`,
    { items: [] },
    /^fail: the two domains lead to 2 APIs \(none at mtls.example.com, a1b2\)$/,
  ],
  [
    'mutual TLS that is off',
    'domains',
    `GET ${MTLS}`,
    {},
    /^fail: mutual TLS is off: mtls.example.com has no trust store$/,
  ],
  [
    'mutual TLS on the plain domain',
    'domains',
    `GET ${PLAIN}`,
    { mutualTlsAuthentication: STORE },
    /^fail: api.example.com has mutual TLS/,
  ],
  [
    'a stale trust store',
    'domains',
    'HEAD /bucket/truststore.pem',
    'v3',
    /^fail: mtls.example.com reads version v2 of the trust store, the newest is v3$/,
  ],
  [
    'a trust store that cannot be read completely',
    'domains',
    `GET ${MTLS}`,
    { mutualTlsAuthentication: { ...STORE, truststoreWarnings: ['certificate 2 is malformed'] } },
    /^fail: API Gateway cannot read all of the trust store: certificate 2 is malformed$/,
  ],
  [
    'an authorizer that is cached',
    'authorizers',
    'GET /v2/apis/other/authorizers',
    authorizer(300),
    /^fail: the API accounts caches the authorizer's results for 300 seconds/,
  ],
  [
    'a function that another account may invoke',
    'invokers',
    `GET ${TOKEN}`,
    policy({ AWS: 'arn:aws:iam::210987654321:root' }, SOURCE),
    /^fail: \{"AWS":"arn:aws:iam::210987654321:root"\} may invoke certbound-prod-token/,
  ],
  [
    'a function that everyone may invoke',
    'invokers',
    `GET ${TOKEN}`,
    policy('*'),
    /^fail: "\*" may invoke certbound-prod-token/,
  ],
  [
    'a function that any API of anyone may invoke',
    'invokers',
    `GET ${TOKEN}`,
    policy(GATEWAY),
    /^fail: \{"Service":"apigateway.amazonaws.com"\} may invoke certbound-prod-token/,
  ],
  [
    'time to live that is off',
    'timeToLive',
    'DescribeTimeToLive grants',
    { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
    /^warn: nothing is ever deleted from grants/,
  ],
  [
    'time to live on another attribute',
    'timeToLive',
    'DescribeTimeToLive registry',
    { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' } },
    /^warn: nothing is ever deleted from registry/,
  ],
])('doctor finds %s', async (_name, check, call, answer, said) => {
  answers.set(call, answer)
  expect(await verdict(ALL[check](account), inspected)).toEqual([expect.stringMatching(said)])
})

test('doctor finds an execute-api endpoint that answers, whatever its setting is', async () => {
  answers.set('GET /v2/apis/a1b2', {
    apiId: 'a1b2',
    apiEndpoint: site.webApiUrl,
    disableExecuteApiEndpoint: true,
  })
  expect(await verdict(executeApi(account), inspected)).toEqual([
    `fail: ${site.webApiUrl} answers: it bypasses mutual TLS`,
  ])
})

test('doctor ignores cached authorizers that are not certbound', async () => {
  answers.set('GET /v2/apis/other/authorizers', authorizer(300, 'theirs'))
  expect(await verdict(authorizers(account), inspected)).toBe('ok')
})

test('a check that AWS does not allow has failed', async () => {
  for (const [call, check] of [
    [`GET ${TOKEN}`, invokers],
    ['GET /v2/apis', authorizers],
    ['DescribeTimeToLive grants', timeToLive],
    ['HEAD /bucket/truststore.pem', domains],
  ] as const) {
    answers.set(call, 403)
    const [report] = await inspect(inspected, [check(account)])
    expect(report?.findings).toMatchObject([
      { status: 'fail', what: expect.stringContaining('the check failed to run') as string },
    ])
  }
})
