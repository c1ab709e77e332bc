import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Aws, openAws } from '../../../../infra/aws/deployment/aws.ts'
import {
  authorizers,
  concurrency,
  domains,
  domainStatus,
  executeApi,
  invokers,
} from '../../../../infra/aws/doctor/account.ts'
import { inspect } from '../../../../infra/aws/doctor/checks.ts'
import { timeToLive } from '../../../../infra/aws/doctor/tables.ts'
import { listen, type Listening } from '../../../../infra/connections/listen.ts'
import { verdict } from './inspected-site.ts'

/** The answers of AWS to calls: an object is JSON, a text is a version of an object, a number is the status of an error. */
const answers = new Map<string, object | string | number>()
const server = createServer((request, response) => {
  void nameOf(request).then((name) => {
    const answer = answers.get(name) ?? 404
    if (typeof answer === 'number') {
      const type = answer === 404 ? 'ResourceNotFoundException' : 'AccessDeniedException'
      response.writeHead(answer, { 'x-amzn-errortype': type }).end(JSON.stringify({ message: name }))
    } else if (typeof answer === 'string') response.setHeader('x-amz-version-id', answer).end()
    else response.end(JSON.stringify(answer))
  })
})

/** `GET /v2/apis`, `HEAD /bucket/key` or `DescribeTimeToLive TABLE`. */
async function nameOf(request: IncomingMessage): Promise<string> {
  const body = await text(request)
  const target = request.headers['x-amz-target']
  if (target === undefined) return `${request.method ?? ''} ${request.url?.split('?', 1)[0] ?? ''}`
  return `${String(target).split('.')[1] ?? ''} ${(JSON.parse(body) as { TableName: string }).TableName}`
}

let endpoint: string
let aws: Aws
let close: Listening['close']
beforeAll(async () => {
  const listening = await listen(server)
  close = listening.close
  endpoint = `http://127.0.0.1:${listening.port}`
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  aws = openAws('eu-central-1')
})
afterAll(async () => {
  aws.close()
  await close()
})

const account = () => {
  const [mtlsDomain, plainDomain] = ['mtls.example.com', 'api.example.com'].map((name) => {
    return { name, certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1' }
  }) as [{ name: string; certificateArn: string }, { name: string; certificateArn: string }]
  return { aws, settings: { stage: 'prod', mtlsDomain, plainDomain }, tables: ['registry', 'grants'] }
}

const MTLS = 'GET /v2/domainnames/mtls.example.com'
const PLAIN = 'GET /v2/domainnames/api.example.com'
const STORE = { truststoreUri: 's3://bucket/truststore.pem', truststoreVersion: 'v2' }
const TTL = { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' }
const TOKEN = 'GET /2015-03-31/functions/certbound-prod-token/policy'
const ACCOUNT = 'GET /2016-08-19/account-settings'
const CLOSED = { apiId: 'a1b2', apiEndpoint: 'https://localhost:1', disableExecuteApiEndpoint: true }

const inStatus = (domainNameStatus: string, domainNameStatusMessage?: string) => {
  return { domainNameConfigurations: [{ domainNameStatus, domainNameStatusMessage }] }
}
const policy = (Principal: unknown, Condition?: object) => {
  const statement = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Principal, Condition }
  return { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}
const GATEWAY = { Service: 'apigateway.amazonaws.com' }
const SOURCE = { ArnLike: { 'AWS:SourceArn': 'arn:aws:execute-api:eu-central-1:123456789012:a1b2/*' } }
const authorizer = (authorizerResultTtlInSeconds: number, name = 'certbound-prod-authorizer') => {
  const authorizerUri = `arn:aws:apigateway:::function:${name}/invocations`
  return { items: [{ name: 'certbound', authorizerUri, authorizerResultTtlInSeconds }] }
}

beforeEach(() => {
  answers.clear()
  for (const [call, answer] of Object.entries({
    [MTLS]: { domainName: 'mtls.example.com', mutualTlsAuthentication: STORE, ...inStatus('AVAILABLE') },
    [PLAIN]: { domainName: 'api.example.com', ...inStatus('AVAILABLE') },
    [`${MTLS}/apimappings`]: { items: [{ apiId: 'a1b2' }] },
    [`${PLAIN}/apimappings`]: { items: [{ apiId: 'a1b2' }] },
    'GET /v2/apis/a1b2': CLOSED,
    'GET /v2/apis': { items: [{ apiId: 'other', name: 'accounts' }] },
    'GET /v2/apis/other/authorizers': authorizer(0),
    'HEAD /bucket/truststore.pem': 'v2',
    [ACCOUNT]: { AccountLimit: { ConcurrentExecutions: 1000 } },
    [TOKEN]: policy(GATEWAY, SOURCE),
    'DescribeTimeToLive registry': { TimeToLiveDescription: TTL },
    'DescribeTimeToLive grants': { TimeToLiveDescription: TTL },
  })) {
    answers.set(call, answer)
  }
})

const ALL = { executeApi, domains, domainStatus, authorizers, concurrency, invokers, timeToLive }

test.each(Object.entries(ALL))('the check %s finds nothing wrong in a good account', async (_name, check) => {
  expect(await verdict(check, account())).toBe('ok')
})

test.each<[keyof typeof ALL, string, object | string, string]>([
  [
    'executeApi',
    'GET /v2/apis/a1b2',
    { ...CLOSED, disableExecuteApiEndpoint: undefined },
    'fail: the execute-api endpoint of the API a1b2 is open: it bypasses mutual TLS',
  ],
  [
    'executeApi',
    `${PLAIN}/apimappings`,
    { items: [{ apiId: 'c3d4' }] },
    'fail: the two domains lead to 2 APIs (a1b2, c3d4)',
  ],
  [
    'executeApi',
    `${MTLS}/apimappings`,
    { items: [] },
    'fail: the two domains lead to 2 APIs (none at mtls.example.com, a1b2)',
  ],
  ['domains', MTLS, {}, 'fail: mutual TLS is off: mtls.example.com has no trust store'],
  [
    'domains',
    PLAIN,
    { mutualTlsAuthentication: STORE },
    'fail: api.example.com has mutual TLS, but is the domain for everyone',
  ],
  [
    'domains',
    'HEAD /bucket/truststore.pem',
    'v3',
    'fail: mtls.example.com reads version v2 of the trust store, the newest is v3',
  ],
  [
    'domains',
    MTLS,
    { mutualTlsAuthentication: { ...STORE, truststoreWarnings: ['certificate 2 is malformed'] } },
    'fail: API Gateway cannot read all of the trust store: certificate 2 is malformed',
  ],
  [
    'domainStatus',
    MTLS,
    inStatus('PENDING_OWNERSHIP_VERIFICATION', 'the certificate has expired'),
    'fail: mtls.example.com is PENDING_OWNERSHIP_VERIFICATION (the certificate has expired)',
  ],
  [
    'domainStatus',
    MTLS,
    inStatus('PENDING_CERTIFICATE_REIMPORT'),
    'fail: mtls.example.com is PENDING_CERTIFICATE_REIMPORT',
  ],
  ['domainStatus', PLAIN, inStatus('UPDATING'), 'warn: api.example.com is UPDATING'],
  [
    'concurrency',
    ACCOUNT,
    { AccountLimit: { ConcurrentExecutions: 10 } },
    'warn: the account runs 10 functions at once, so 100 requests a second at most',
  ],
  [
    'authorizers',
    'GET /v2/apis/other/authorizers',
    authorizer(300),
    "fail: the API accounts caches the authorizer's results for 300 seconds, in which a token works without its certificate",
  ],
  [
    'invokers',
    TOKEN,
    policy({ AWS: 'arn:aws:iam::210987654321:root' }, SOURCE),
    'fail: {"AWS":"arn:aws:iam::210987654321:root"} may invoke certbound-prod-token, and so act as any client',
  ],
  ['invokers', TOKEN, policy('*'), 'fail: "*" may invoke certbound-prod-token, and so act as any client'],
  [
    'invokers',
    TOKEN,
    policy(GATEWAY),
    'fail: {"Service":"apigateway.amazonaws.com"} may invoke certbound-prod-token, and so act as any client',
  ],
  [
    'timeToLive',
    'DescribeTimeToLive grants',
    { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
    'warn: nothing is ever deleted from grants: its time to live is not enabled for the attribute ttl',
  ],
  [
    'timeToLive',
    'DescribeTimeToLive registry',
    { TimeToLiveDescription: { ...TTL, AttributeName: 'expires' } },
    'warn: nothing is ever deleted from registry: its time to live is not enabled for the attribute ttl',
  ],
])('the check $0 finds: $3', async (check, call, answer, line) => {
  answers.set(call, answer)
  expect(await verdict(ALL[check], account())).toBe(line)
})

test('doctor finds an execute-api endpoint that answers although its setting is closed', async () => {
  answers.set('GET /v2/apis/a1b2', { ...CLOSED, apiEndpoint: endpoint }).set('GET /jwks', { keys: [] })
  expect(await verdict(executeApi, account())).toBe(`fail: ${endpoint} answers: it bypasses mutual TLS`)
})

test('doctor ignores cached authorizers that are not certbound', async () => {
  answers.set('GET /v2/apis/other/authorizers', authorizer(300, 'theirs'))
  expect(await verdict(authorizers, account())).toBe('ok')
})

test.each([
  [TOKEN, invokers],
  ['GET /v2/apis', authorizers],
  ['DescribeTimeToLive grants', timeToLive],
  ['HEAD /bucket/truststore.pem', domains],
] as const)('a check fails when AWS does not allow %s', async (call, check) => {
  answers.set(call, 403)
  const [report] = await inspect(account(), [check])
  expect(report?.findings).toMatchObject([
    { status: 'fail', what: expect.stringContaining('the check failed to run') as string },
  ])
})
