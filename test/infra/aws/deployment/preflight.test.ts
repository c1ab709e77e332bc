import { join } from 'node:path'
import { expect } from 'vitest'
import { ACCOUNT, type Certificate, Failure } from '../../../support/fake-account.ts'
import { CERTIFICATE, certificateWith, MTLS, PLAIN, test } from './own-account.ts'

const SECOND = CERTIFICATE.replace(/.$/, '6')
const OWNERSHIP_COMMENT =
  '// "ownershipCertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/..."'
const WITH_OWNERSHIP = [
  OWNERSHIP_COMMENT.replace('123456789012', ACCOUNT),
  `"ownershipCertificateArn": "${SECOND}"`,
] as const

test('deploy continues if the certificate is issued and covers both names, one of them with a wildcard', async ({
  operator,
}) => {
  const { code, stderr } = await operator.deploy()
  expect([code, stderr]).toEqual([0, ''])
})

test.for<[string, Partial<Certificate>, string]>([
  [
    'waits for its validation',
    { Status: 'PENDING_VALIDATION' },
    'mtlsDomain.certificateArn is PENDING_VALIDATION, but must be ISSUED: create the DNS records that ACM shows',
  ],
  ['has expired', { Status: 'EXPIRED' }, 'mtlsDomain.certificateArn is EXPIRED'],
  [
    'is for another name',
    { SubjectAlternativeNames: [PLAIN] },
    `mtlsDomain.certificateArn is for ${PLAIN} and does not cover ${MTLS}`,
  ],
  [
    'has a wildcard for two labels',
    { SubjectAlternativeNames: ['*.certbound.test'] },
    `mtlsDomain.certificateArn is for ${PLAIN}, *.certbound.test and does not cover ${MTLS}`,
  ],
  [
    'was imported',
    { Type: 'IMPORTED' },
    `mtlsDomain.certificateArn is IMPORTED, so mutual TLS also needs a public certificate of ACM for ${MTLS}: set mtlsDomain.ownershipCertificateArn`,
  ],
  [
    'is of a private CA',
    { Type: 'PRIVATE' },
    'mtlsDomain.certificateArn is PRIVATE, so mutual TLS also needs',
  ],
])(
  'deploy refuses a certificate that %s, before it changes anything',
  async ([, changes, line], { operator }) => {
    operator.account.certificates.set(CERTIFICATE, certificateWith(changes))
    const [first] = await operator.refusal()
    expect(first).toContain(`deploy: ${line}`)
    expect(operator.changes()).toEqual([])
  },
)

test('deploy accepts an imported certificate for mutual TLS together with an ownership certificate', async ({
  operator,
}) => {
  operator.configure(...WITH_OWNERSHIP)
  operator.account.certificates.set(CERTIFICATE, certificateWith({ Type: 'IMPORTED' }))
  operator.account.certificates.set(SECOND, certificateWith({ DomainName: MTLS }))
  expect((await operator.deploy()).code).toBe(0)
})

test('deploy refuses an ownership certificate that is not a public certificate of ACM or does not exist', async ({
  operator,
}) => {
  operator.configure(...WITH_OWNERSHIP)
  const setting = 'deploy: mtlsDomain.ownershipCertificateArn'
  expect(await operator.refusal()).toEqual([
    `${setting} is not in ACM: it was deleted or belongs to another account`,
  ])
  operator.account.certificates.set(SECOND, certificateWith({ Type: 'PRIVATE' }))
  expect(await operator.refusal()).toEqual([`${setting} is PRIVATE, but must be a public certificate of ACM`])
})

test('deploy reports all problems of the account together, and asks no question', async ({ operator }) => {
  operator.account.certificates.clear()
  operator.account.domains.set(PLAIN, { truststoreVersion: undefined, warnings: [] })
  const absent = 'is not in ACM: it was deleted or belongs to another account'
  const { code, stdout, stderr } = await operator.run([], { answer: 'yes' })
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^not AWS: .*\n$/)])
  expect(stderr.trimEnd().split('\n')).toEqual([
    `deploy: mtlsDomain.certificateArn ${absent}`,
    `deploy: plainDomain.certificateArn ${absent}`,
    `deploy: plainDomain.name ${PLAIN} already exists in API Gateway and does not belong to this deployment`,
  ])
  expect(operator.changes()).toEqual([])
})

test('deploy continues if its own stack has created the domain names', async ({ operator }) => {
  await operator.deploy()
  expect([...operator.account.domains.keys()]).toEqual([MTLS, PLAIN])
  expect((await operator.deploy()).code).toBe(0)
})

test('the plan shows the sum of the limits of the plain domain and the limit of the account, and warns if the sum exceeds half of it', async ({
  operator,
}) => {
  const shown = async () => (await operator.deploy()).stdout
  const few = await shown()
  expect(few).toContain(
    `the routes of ${PLAIN} accept 1235 requests per second in total; the account accepts 10000 for all its APIs\n`,
  )
  expect(few).not.toMatch(/more than half|over the account/)
  operator.configure('// "concurrency": {}', '"throttle": { "webApi": { "rate": 175, "burst": 3000 } }')
  operator.account.throttle = { rateLimit: 10000, burstLimit: 1250 }
  const many = await shown()
  expect(many).toContain('accept 5735 requests per second in total; the account accepts 10000')
  expect(many).toContain("more than half of the account's requests per second (5735)")
  expect(many).toContain("throttle.webApi.burst is 3000, above the account's 1250")
})

test('the plan warns if a quota cannot be read, and the deployment continues', async ({ operator }) => {
  for (const call of ['GetAccountSettings', 'GetAccount'])
    operator.aws.refused.set(call, new Failure(403, 'AccessDeniedException', 'no'))
  const { code, stdout } = await operator.deploy()
  expect(code).toBe(0)
  const denied = 'the AWS credentials do not allow this (no)'
  expect(stdout).toContain(`reading the quotas of API Gateway: ${denied}\n`)
  expect(stdout).toContain(`reading the quotas of Lambda: ${denied}\n`)
  expect(stdout).toContain('the account accepts an unknown number for all its APIs')
})

test('the plan warns if the concurrency of the account is low', async ({ operator }) => {
  operator.account.concurrency = 10
  const { code, stdout } = await operator.deploy()
  expect(code).toBe(0)
  expect(stdout).toContain(
    'the account allows 10 concurrent executions of its functions, which is about 100 requests per second in total.',
  )
})

test('deploy refuses the values of certbound.example.jsonc, names each, and does not call AWS', async ({
  operator,
}) => {
  const example = join(operator.folder, 'certbound.example.jsonc')
  const { code, stderr } = await operator.run(['--yes', '--settings', example])
  expect(code).toBe(1)
  const names = [...stderr.matchAll(/jsonc: (\S+) must be your own value: .+ is from the example\n/g)]
  expect(names.map(([, name]) => name)).toEqual([
    'mtlsDomain.name',
    'plainDomain.name',
    'mtlsDomain.certificateArn',
    'plainDomain.certificateArn',
    'service.issuer',
    'alarms.email',
  ])
  expect(operator.calls).toEqual([])
})
