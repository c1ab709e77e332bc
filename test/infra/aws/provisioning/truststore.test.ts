import { expect, onTestFinished, test, vi } from 'vitest'
import { openAws } from '../../../../infra/aws/deployment/aws.ts'
import { recordsOf } from '../../../support/audit.ts'
import { findStacks } from '../../../../infra/aws/deployment/stack.ts'
import { renewTruststore } from '../../../../infra/aws/deployment/truststore.ts'
import { Failure } from '../../../support/fake-account.ts'
import { Client } from '../../../../shared/store/client.ts'
import { jwkOf } from '../../../support/vector-service.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { exampleSettings } from '../packaged-template.ts'
import { BUCKET, MTLS, truststoreAccount } from './truststore-account.ts'

const { deployment, tablesOf, provision, domain, changes } = await truststoreAccount()

test('provision sets the certificates of the settings at the domain, and again only if they change', async () => {
  deployment.trust('ca-root', 'ca-issuing', 'self-signed-ec')
  const first = await provision()
  expect(first.code, first.stderr).toBe(0)
  expect(first.stderr).toContain('trust store: replaced; the domain will use it in about a minute')
  expect(first.stderr).toMatch(/:\n {2}\+ CN=public-client-instance-1\n/)
  expect(first.stdout).toContain('"role":"manage"')
  expect(domain()).toBe('version-2')
  const runtime = tablesOf()
  const records = await recordsOf({ store: runtime.store, clock: { now: runtime.now() } }, undefined)
  expect(records.filter(({ writes }) => writes[0]?.kind === 'trustStore')).toMatchObject([
    { operation: 'provision', by: expect.stringMatching(/^arn:aws:iam::/) as string, settlement: 'DONE' },
  ])

  const second = await provision()
  expect(second).toMatchObject({ code: 0, stdout: '' })
  expect(second.stderr).toContain('trust store: no change')
  expect(domain()).toBe('version-2')
})

test('certificates that would be removed from the trust store are listed, and require --remove-trust in addition to --yes', async () => {
  deployment.trust('ca-root', 'self-signed-ec')
  const refused = await provision()
  const lost = /- CN=Certbound Test Issuing CA.* \(its clients will be refused\)/
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /^not AWS: .*\nprovision: nothing was changed, because certificates would be removed/,
  )
  expect(refused.stderr).toMatch(lost)
  expect(refused.stderr).toContain('--remove-trust')
  expect([changes(), domain()]).toEqual([[], 'version-0'])

  const { code, stderr } = await provision('--remove-trust')
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(lost)
  expect(stderr).not.toContain('Root CA')
  expect(domain()).toBe('version-2')
})

test('a change of the trust store has a separate question, after the one about the tables', async () => {
  deployment.trust('ca-root')
  const { code, stdout, stderr } = await deployment.run(['provision'], { answers: ['yes', 'no'] })
  expect([code, stderr]).toEqual([1, 'provision: the trust store was not changed\n'])
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^ {2}- CN=Certbound Test Issuing CA/)
  expect([changes(), domain()]).toEqual([[], 'version-0'])

  expect((await deployment.run(['provision'], { answers: ['yes', 'yes'] })).code).toBe(0)
  expect(domain()).toBe('version-2')
})

test('if the version that the domain reads does not exist any more, all its certificates count as removed', async () => {
  deployment.aws.account.buckets.set(BUCKET, { versioned: true, objects: new Map() })
  const { code, stderr } = await provision()
  expect(code).toBe(1)
  expect(stderr).toContain(`- all certificates of version version-0 of s3://${BUCKET}/truststore.pem`)
})

test('provision refuses certificates that API Gateway would not accept', async () => {
  deployment.trust('ca-issuing', 'weak-rsa-1024')
  const { code, stderr } = await provision()
  expect(code).toBe(1)
  expect(stderr).toContain('does not lead to a root')
  expect(stderr).toContain('has a key or a signature that API Gateway does not accept')
  expect(domain()).toBe('version-0')
})

test.each([
  ['GetDomainName', 404, 'NotFoundException', `reading the domain ${MTLS}: NotFoundException`],
  ['UpdateDomainName', 400, 'BadRequestException', `changing the domain ${MTLS}: BadRequestException`],
  [
    'GET /',
    403,
    'AccessDenied',
    `reading the trust store s3://${BUCKET}/truststore.pem: the AWS credentials`,
  ],
  ['HEAD /', 403, 'AccessDenied', `reading the bucket ${BUCKET}: the AWS credentials do not allow this`],
  ['PUT /', 403, 'AccessDenied', `writing to the bucket ${BUCKET}: the AWS credentials do not allow this`],
])('if AWS answers %s with %i %s, provision ends with one line', async (call, status, code, line) => {
  deployment.aws.refused.set(call, new Failure(status, code, 'no'))
  deployment.trust('ca-root', 'ca-issuing', 'self-signed-ec')
  const answer = await provision()
  expect(answer.code).toBe(1)
  expect(answer.stderr.trim().split('\n').at(-1)).toContain(line)
})

test('provision needs a bucket that keeps versions', async () => {
  deployment.aws.account.buckets.set(BUCKET, { versioned: false, objects: new Map() })
  expect((await provision('--remove-trust')).stderr).toContain(`the bucket ${BUCKET} keeps no versions`)
})

test('before the first deployment provision refers to npm run deploy', async () => {
  deployment.aws.account.stacks.clear()
  const { code, stderr } = await provision()
  const line = 'the stack certbound-prod does not exist or is not complete: run npm run deploy first'
  expect([code, stderr]).toEqual([1, expect.stringContaining(`\nprovision: ${line}\n`)])
})

test('provision refuses a certificate that can issue others if a client of another service has registered it', async () => {
  const runtime = tablesOf()
  const { registry, clients } = runtime.store
  await registry.putService({ apiKey: 4711, issuer: 'https://other.example', credentials: [] })
  const about = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
  await clients.create(
    4711,
    { clientId: 1, ...about, jwks: { keys: [jwkOf('ca-other-root')] } },
    runtime.now(),
  )
  deployment.trust('ca-root', 'ca-issuing', 'ca-other-root')
  const refused = await provision()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/is meant for a client but can issue .*CA:FALSE\n$/)
  expect(domain()).toBe('version-0')
  await clients.remove(4711, Client.parse({ clientId: 1 }))
  expect((await provision()).code).toBe(0)
})

/** An account without retries of the SDK. The clock of API Gateway advances only while certbound waits. */
async function renewed(...names: string[]) {
  for (const [name, value] of Object.entries(deployment.aws.environment)) vi.stubEnv(name, value)
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const aws = openAws('eu-central-1')
  onTestFinished(aws.close)
  const waits: number[] = []
  const wait = (milliseconds: number) => {
    deployment.aws.account.gateway.now += milliseconds
    waits.push(milliseconds)
    return Promise.resolve()
  }
  const bundle = names.map(certificatePem).join('')
  const { truststore: stack } = await findStacks(await exampleSettings(), aws)
  const outcome = await renewTruststore(stack, MTLS, bundle, aws, wait)
  return { ...outcome, waits }
}

test('a change of the trust store sends the whole configuration of the domain without its read-only members', async () => {
  const ownershipVerificationCertificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/2'
  const { domains } = deployment.aws.account
  const made = { ...domains.get(MTLS), warnings: [], configuration: { ownershipVerificationCertificateArn } }
  domains.set(MTLS, { truststoreVersion: 'version-0', ...made })
  expect(await renewed('ca-root')).toEqual({ isChanged: true, warnings: [], waits: [] })
  expect(domains.get(MTLS)?.configuration).toEqual({
    certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1',
    endpointType: 'REGIONAL',
    securityPolicy: 'TLS_1_2',
    ipAddressType: 'ipv4',
    ownershipVerificationCertificateArn,
  })
})

test('a change within 30 seconds of another one waits 31 seconds, then until the domain is available', async () => {
  const { gateway, domains } = deployment.aws.account
  gateway.changedAt = -1000
  const warning = 'Certificate 3 is not usable'
  Object.assign(domains.get(MTLS) ?? {}, { warnings: [warning], updatingMilliseconds: 8000 })
  gateway.now = 8000
  expect(await renewed('ca-root')).toEqual({
    isChanged: true,
    warnings: [warning],
    waits: [31_000, 5000, 5000],
  })
  expect(domain()).toBe('version-2')
})

test('a domain that waits for another certificate is not changed, and the reason is reported', async () => {
  const configuration = {
    domainNameStatus: 'PENDING_OWNERSHIP_VERIFICATION',
    domainNameStatusMessage: 'expired',
  }
  Object.assign(deployment.aws.account.domains.get(MTLS) ?? {}, { configuration })
  await expect(renewed('ca-root')).rejects.toThrow(
    `the domain ${MTLS} cannot be changed: PENDING_OWNERSHIP_VERIFICATION expired`,
  )
})
