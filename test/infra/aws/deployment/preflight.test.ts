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

test('deploy goes on when the certificate is issued and covers both names, one of them by its wildcard', async ({
  operator,
}) => {
  const { code, stderr } = await operator.deploy()
  expect([code, stderr]).toEqual([0, ''])
})

test.for<[string, Partial<Certificate>, string]>([
  [
    'waits for its validation',
    { Status: 'PENDING_VALIDATION' },
    'mtlsDomain.certificateArn must be ISSUED and is PENDING_VALIDATION: make the DNS records that ACM shows',
  ],
  ['has expired', { Status: 'EXPIRED' }, 'mtlsDomain.certificateArn must be ISSUED and is EXPIRED'],
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
    `mtlsDomain.certificateArn is IMPORTED: mutual TLS then needs a public certificate of ACM for ${MTLS} as well, as mtlsDomain.ownershipCertificateArn`,
  ],
  ['is of a private CA', { Type: 'PRIVATE' }, 'mtlsDomain.certificateArn is PRIVATE: mutual TLS then needs'],
])(
  'deploy refuses a certificate that %s, before it changes anything',
  async ([, changes, line], { operator }) => {
    operator.account.certificates.set(CERTIFICATE, certificateWith(changes))
    const [first] = await operator.refusal()
    expect(first).toContain(`deploy: ${line}`)
    expect(operator.changes()).toEqual([])
  },
)

test('deploy takes an imported certificate for mutual TLS with an ownership certificate', async ({
  operator,
}) => {
  operator.configure(...WITH_OWNERSHIP)
  operator.account.certificates.set(CERTIFICATE, certificateWith({ Type: 'IMPORTED' }))
  operator.account.certificates.set(SECOND, certificateWith({ DomainName: MTLS }))
  expect((await operator.deploy()).code).toBe(0)
})

test('deploy refuses an ownership certificate that is not a public one of ACM, or is not there', async ({
  operator,
}) => {
  operator.configure(...WITH_OWNERSHIP)
  const setting = 'deploy: mtlsDomain.ownershipCertificateArn'
  expect(await operator.refusal()).toEqual([
    `${setting} is not in ACM: it was deleted, or belongs to another account`,
  ])
  operator.account.certificates.set(SECOND, certificateWith({ Type: 'PRIVATE' }))
  expect(await operator.refusal()).toEqual([`${setting} is PRIVATE: it must be a public certificate of ACM`])
})

test('deploy names everything that is wrong in the account at once, and asks nothing', async ({
  operator,
}) => {
  operator.account.certificates.clear()
  operator.account.domains.set(PLAIN, { truststoreVersion: undefined, warnings: [] })
  const absent = 'is not in ACM: it was deleted, or belongs to another account'
  const { code, stdout, stderr } = await operator.run([], { answer: 'yes' })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr.trimEnd().split('\n')).toEqual([
    `deploy: mtlsDomain.certificateArn ${absent}`,
    `deploy: plainDomain.certificateArn ${absent}`,
    `deploy: plainDomain.name ${PLAIN} is in API Gateway already, and not of this deployment`,
  ])
  expect(operator.changes()).toEqual([])
})

test('deploy goes on with domain names that its own stack has made', async ({ operator }) => {
  await operator.deploy()
  expect([...operator.account.domains.keys()]).toEqual([MTLS, PLAIN])
  expect((await operator.deploy()).code).toBe(0)
})

test('the plan has the sum of the limits of the plain domain beside that of the account, and warns if it is over the half', async ({
  operator,
}) => {
  const shown = async () => (await operator.deploy()).stdout
  const few = await shown()
  expect(few).toContain(
    `routes of ${PLAIN} take 1099 requests a second together; the account takes 10000 for all of its APIs\n`,
  )
  expect(few).not.toMatch(/more than half|over the account/)
  operator.configure('// "concurrency": {}', '"throttle": { "webApi": { "rate": 175, "burst": 3000 } }')
  operator.account.throttle = { rateLimit: 10000, burstLimit: 1250 }
  const many = await shown()
  expect(many).toContain('take 5299 requests a second together; the account takes 10000')
  expect(many).toContain("more than half of the account's requests a second (5299)")
  expect(many).toContain("throttle.webApi.burst is 3000, over the account's 1250")
})

test('the plan warns of a quota that cannot be read, and the deployment goes on', async ({ operator }) => {
  for (const call of ['GetAccountSettings', 'GetAccount'])
    operator.aws.refused.set(call, new Failure(403, 'AccessDeniedException', 'no'))
  const { code, stdout } = await operator.deploy()
  expect(code).toBe(0)
  const denied = 'the AWS credentials do not allow it (no)'
  expect(stdout).toContain(`looking at the quotas of API Gateway: ${denied}\n`)
  expect(stdout).toContain(`looking at the quotas of Lambda: ${denied}\n`)
  expect(stdout).toContain('the account takes an unknown number for all of its APIs')
})

test('the plan warns of an account whose functions can hardly run at once', async ({ operator }) => {
  operator.account.concurrency = 10
  const { code, stdout } = await operator.deploy()
  expect(code).toBe(0)
  expect(stdout).toContain(
    'the functions of this account can run 10 times at once: about 100 requests a second for all of them.',
  )
})

test('deploy refuses the values of certbound.example.jsonc by name, and calls nothing on AWS', async ({
  operator,
}) => {
  const example = join(operator.folder, 'certbound.example.jsonc')
  const { code, stderr } = await operator.run(['--yes', '--settings', example])
  expect(code).toBe(1)
  const names = [...stderr.matchAll(/jsonc: (\S+) must be your own: .+ is that of the example\n/g)]
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
