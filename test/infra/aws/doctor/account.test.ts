import { beforeEach, expect, test } from 'vitest'
import {
  authorizers,
  concurrency,
  domainMutualTls,
  domainStatus,
  executeApi,
} from '../../../../infra/aws/doctor/account.ts'
import { ACCOUNT_CHECKS, inspect } from '../../../../infra/aws/doctor/checks.ts'
import { tableProtection, timeToLive } from '../../../../infra/aws/doctor/tables.ts'
import { answeringAws } from './answering-aws.ts'
import { verdict } from './inspected-site.ts'

const { answers, endpoint, account, okWhenDenied } = answeringAws()

const MTLS = 'GET /v2/domainnames/mtls.example.com'
const PLAIN = 'GET /v2/domainnames/api.example.com'
const STORE = { truststoreUri: 's3://bucket/truststore.pem', truststoreVersion: 'v2' }
const TTL = { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' }
const RECOVERY = {
  ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } },
}
const ACCOUNT = 'GET /2016-08-19/account-settings'
/** A disabled endpoint answers 404, which is also the default answer of this AWS. */
const closed = () => ({ apiId: 'a1b2', apiEndpoint: endpoint(), disableExecuteApiEndpoint: true })

const inStatus = (domainNameStatus: string, domainNameStatusMessage?: string) => {
  return { domainNameConfigurations: [{ domainNameStatus, domainNameStatusMessage }] }
}
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
    'GET /v2/apis/a1b2': closed(),
    'GET /v2/apis': { items: [{ apiId: 'other', name: 'accounts' }] },
    'GET /v2/apis/other/authorizers': authorizer(0),
    'HEAD /bucket/truststore.pem': 'v2',
    [ACCOUNT]: { AccountLimit: { ConcurrentExecutions: 1000 } },
    'DescribeTimeToLive registry': { TimeToLiveDescription: TTL },
    'DescribeTimeToLive grants': { TimeToLiveDescription: TTL },
    'DescribeTable registry': { Table: { DeletionProtectionEnabled: true } },
    'DescribeTable grants': { Table: { DeletionProtectionEnabled: true } },
    'DescribeContinuousBackups registry': RECOVERY,
    'DescribeContinuousBackups grants': RECOVERY,
  })) {
    answers.set(call, answer)
  }
})

const ALL = {
  executeApi,
  domainMutualTls,
  domainStatus,
  authorizers,
  concurrency,
  timeToLive,
  tableProtection,
}

test.each(Object.entries(ALL))('the check %s finds no problem in a good account', async (_name, check) => {
  expect(await verdict(check, account())).toBe('ok')
})

test.each<[keyof typeof ALL, string, object | string | number, string]>([
  [
    'executeApi',
    `${PLAIN}/apimappings`,
    { items: [{ apiId: 'c3d4' }] },
    'fail: the two domains are mapped to 2 APIs (a1b2, c3d4)',
  ],
  [
    'executeApi',
    `${MTLS}/apimappings`,
    { items: [] },
    'fail: the two domains are mapped to 2 APIs (none for mtls.example.com, a1b2)',
  ],
  ['domainMutualTls', MTLS, {}, 'fail: mutual TLS is off: mtls.example.com has no trust store'],
  [
    'domainMutualTls',
    PLAIN,
    { mutualTlsAuthentication: STORE },
    'fail: api.example.com requires mutual TLS, but clients without certificates use it',
  ],
  [
    'domainMutualTls',
    'HEAD /bucket/truststore.pem',
    'v3',
    'fail: mtls.example.com reads version v2 of the trust store; the newest is v3',
  ],
  [
    'domainMutualTls',
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
  ['domainStatus', PLAIN, {}, 'warn: api.example.com is in an unknown status'],
  ['tableProtection', 'DescribeTable grants', 404, 'fail: grants does not exist'],
  [
    'concurrency',
    ACCOUNT,
    { AccountLimit: { ConcurrentExecutions: 10 } },
    'warn: the account can run 10 functions at the same time, so at most 100 requests a second',
  ],
  [
    'authorizers',
    'GET /v2/apis/other/authorizers',
    authorizer(300),
    'fail: the API accounts caches the results of the authorizer for 300 seconds, during which a token is accepted without its certificate',
  ],
  [
    'timeToLive',
    'DescribeTimeToLive grants',
    { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
    'warn: items are never deleted from grants, because its time to live is not enabled for the attribute ttl',
  ],
  [
    'timeToLive',
    'DescribeTimeToLive registry',
    { TimeToLiveDescription: { ...TTL, AttributeName: 'expires' } },
    'warn: items are never deleted from registry, because its time to live is not enabled for the attribute ttl',
  ],
])('the check $0 finds: $3', async (check, call, answer, line) => {
  answers.set(call, answer)
  expect(await verdict(ALL[check], account())).toBe(line)
})

test.each([
  [true, 200, 'fail: HERE serves requests (200) and bypasses mutual TLS'],
  [true, 503, 'fail: HERE serves requests (503) and bypasses mutual TLS'],
  [true, 403, 'ok'],
  [false, 404, 'fail: the execute-api endpoint of the API a1b2 is enabled and bypasses mutual TLS'],
])(
  'doctor also calls the execute-api endpoint: if it is disabled (%s) and answers %i, the finding is right',
  async (disableExecuteApiEndpoint, status, line) => {
    answers.set('GET /v2/apis/a1b2', { ...closed(), disableExecuteApiEndpoint })
    answers.set('GET /jwks', status === 200 ? { keys: [] } : status)
    expect(await verdict(executeApi, account())).toBe(line.replace('HERE', endpoint()))
  },
)

test('doctor skips an execute-api endpoint that it cannot reach', async () => {
  answers.set('GET /v2/apis/a1b2', { ...closed(), apiEndpoint: 'https://localhost:1' })
  expect(await verdict(executeApi, account())).toBe(
    'skipped: whether https://localhost:1 answers (ECONNREFUSED)',
  )
})

test('doctor ignores cached authorizers that are not certbound', async () => {
  answers.set('GET /v2/apis/other/authorizers', authorizer(300, 'theirs'))
  expect(await verdict(authorizers, account())).toBe('ok')
})

test.each(Object.entries(ALL))(
  'the check %s has no ok finding if AWS denies one of its calls',
  async (_, check) => {
    expect(await okWhenDenied(check)).toEqual([])
  },
)

test('no check of the account is ok if AWS denies every call', async () => {
  answers.clear()
  answers.set('*', 403)
  const reports = await inspect(account(), ACCOUNT_CHECKS)
  for (const { findings } of reports)
    expect(findings).toMatchObject([
      { status: 'fail', what: expect.stringContaining('failed to run') as string },
    ])
})
