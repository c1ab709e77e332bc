import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { Failure } from '../../../support/fake-account.ts'

const DEPLOY = 'infra/aws/deploy.ts'
const STORE = 'truststore-certbound-prod'
const MAIN = 'certbound-prod'
const MTLS = 'mtls.auth.example.com'
const CHANGES = /^(Create|Update|PUT |DELETE )/

let deployment: Deployment
const deploy = (...parameters: string[]) => deployment.run(DEPLOY, parameters)
const changes = () => deployment.aws.calls.filter((call) => CHANGES.test(call))
const index = (call: string) => deployment.aws.calls.findIndex((name) => name.startsWith(call))

describe('an account in which nothing is', () => {
  beforeAll(async () => {
    deployment = await openDeployment()
  })
  beforeEach(() => {
    deployment.aws.calls.length = 0
    deployment.aws.refused.clear()
    deployment.aws.account.broken.clear()
  })
  afterAll(() => deployment.close())

  test('is asked about, and left as it is when the answer is no', async () => {
    const { code, stdout, stderr } = await deployment.run(DEPLOY, [], { input: 'no\n' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'deploy: nothing was changed\n' })
    expect(stdout).toContain(`1. stack ${STORE}: is made`)
    expect(stdout).toContain('2. trust store: gets 2 certificates')
    expect(stdout).toContain(`3. stack ${MAIN}: is made`)
    expect(stdout).toMatch(/Go on\? \(yes\/no\) $/)
    expect(changes()).toEqual([])
  })

  test('is left as it is when nobody answers', async () => {
    const { code, stderr } = await deploy()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^deploy: nobody answered.*--yes.*\n$/)
    expect(changes()).toEqual([])
  })

  test('is left as it is where something is missing, and all of that is named at once', async () => {
    deployment.configure('"region": "eu-central-1"', '"region": "eu-west-1", "colour": "red"')
    deployment.trust('expired')
    rmSync(join(deployment.folder, 'dist/token.zip'))
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
    const wrong = await deployment.run(DEPLOY, ['--yes'], { env })
    deployment.configure('"region": "eu-central-1"', '"region": "eu-central-1"')
    const rest = await deployment.run(DEPLOY, ['--yes'], { env })
    expect([wrong.code, rest.code]).toEqual([1, 1])
    expect(wrong.stderr.trim().split('\n')).toEqual([
      'deploy: certbound.jsonc: colour is no setting',
      'deploy: dist/token.zip missing: npm run build makes them',
      expect.stringMatching(/^deploy: credentials: there are no AWS credentials/),
    ])
    expect(rest.stderr.trim().split('\n')).toEqual([
      expect.stringContaining('has expired'),
      expect.stringContaining('is neither a CA nor self-signed'),
      expect.stringContaining('does not lead to a root: add CN=Certbound Test Issuing CA'),
      'deploy: dist/token.zip missing: npm run build makes them',
      expect.stringContaining('there are no AWS credentials'),
    ])
    expect(deployment.aws.calls).toEqual([])
  })
})

describe('failures', () => {
  beforeAll(async () => {
    deployment = await openDeployment()
  })
  beforeEach(() => {
    deployment.aws.calls.length = 0
    deployment.aws.refused.clear()
    deployment.aws.account.broken.clear()
    deployment.aws.account.stacks.clear()
  })
  afterAll(() => deployment.close())

  test.each([
    [
      'DescribeStacks',
      400,
      'ExpiredToken',
      'looking for the stack truststore-certbound-prod: the AWS credentials have expired',
    ],
    [
      'DescribeStacks',
      403,
      'InvalidClientTokenId',
      'looking for the stack truststore-certbound-prod: AWS does not know the credentials',
    ],
    [
      'CreateStack',
      403,
      'AccessDenied',
      'changing the stack truststore-certbound-prod: the AWS credentials do not allow it (no, no)',
    ],
    [
      'HEAD /',
      403,
      'AccessDenied',
      'looking into the bucket truststore-certbound-prod-truststorebucket: the AWS credentials do not allow it',
    ],
    [
      'PUT /',
      404,
      'NoSuchBucket',
      'filling the bucket truststore-certbound-prod-truststorebucket: the bucket is not there',
    ],
    [
      'PUT /',
      403,
      'AccessDenied',
      'filling the bucket truststore-certbound-prod-truststorebucket: the AWS credentials do not allow it (no, no)',
    ],
  ])('%s answered with %i %s is told in one line', async (call, status, code, told) => {
    deployment.aws.refused.set(call, new Failure(status, code, 'no, \n no'))
    const { code: exit, stderr } = await deploy('--yes')
    expect(exit).toBe(1)
    expect(stderr.startsWith(`deploy: ${told}`)).toBe(true)
    expect(stderr.split('\n')).toHaveLength(2)
    expect(index(`CreateStack ${MAIN}`)).toBe(-1)
  })

  test('an AWS that cannot be reached is told in one line', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' }
    const { stderr } = await deployment.run(DEPLOY, ['--yes'], { env })
    expect(stderr).toMatch(/^deploy: looking for the stack \S+: AWS cannot be reached \(ECONNREFUSED\)\n$/)
  })

  test('a trust store that cannot be made ends it, with the reason; then its stack has to go', async () => {
    deployment.aws.account.broken.set('TruststorePolicy', 'You are not authorized to put policies')
    const { code, stderr } = await deploy('--yes')
    expect(code).toBe(1)
    expect(stderr).toBe(
      `deploy: the stack ${STORE} could not be made and was taken back (ROLLBACK_COMPLETE): TruststorePolicy, You are not authorized to put policies\n`,
    )
    deployment.aws.account.broken.clear()
    const again = await deploy('--yes')
    expect(again.stderr).toMatch(
      /^deploy: the stack truststore-certbound-prod is left over from a failure .* delete it/,
    )
  })

  test('a deployment that is under way is not disturbed', async () => {
    const stack = { status: 'UPDATE_IN_PROGRESS', outputs: {}, events: [], template: '{}' }
    deployment.aws.account.stacks.set(MAIN, stack)
    const { stderr } = await deploy('--yes')
    expect(stderr).toMatch(/^deploy: the stack certbound-prod is being changed at this moment/)
    expect(changes()).toEqual([])
  })
})

describe('a deployment, from the first to the next', () => {
  beforeAll(async () => {
    deployment = await openDeployment()
  })
  beforeEach(() => {
    deployment.aws.calls.length = 0
    deployment.aws.account.broken.clear()
  })
  afterAll(() => deployment.close())

  test('that fails at a resource says which, and leaves it to be repeated', async () => {
    deployment.aws.account.broken.set('MtlsDomain', 'The certificate could not be found')
    const { code, stderr } = await deploy('--yes')
    expect(code).toBe(1)
    expect(stderr).toMatch(/deploy: .*MtlsDomain.*\ndeploy: The certificate could not be found\n/)
  }, 60_000)

  test('fills the trust store before the domain is made', async () => {
    const { code, stdout, stderr } = await deploy('--yes')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(`${MTLS} CNAME d-mtlsdomain.execute-api.eu-central-1.amazonaws.com`)
    expect(stdout).toContain('auth.example.com CNAME d-plaindomain.execute-api.eu-central-1.amazonaws.com')
    expect(deployment.aws.account.domains.get(MTLS)?.truststoreVersion).toBe('version-1')
    expect(deployment.aws.account.domains.get('auth.example.com')?.truststoreVersion).toBeUndefined()
    const [object] =
      deployment.aws.account.buckets.get(`${STORE}-truststorebucket`)?.objects.get('truststore.pem') ?? []
    expect(object?.body.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  }, 60_000)

  test('changes nothing where nothing has changed', async () => {
    const { code, stdout, stderr } = await deploy('--yes')
    expect(code).toBe(0)
    expect(stderr).toContain('No changes to deploy')
    expect(stdout).toContain('2. trust store: has 2 certificates')
    expect(changes()).toEqual([`UpdateStack ${STORE}`])
  }, 60_000)

  test('brings a new certificate to the domain, also after a failure, and passes warnings of the gateway on', async () => {
    deployment.trust('ca-root', 'ca-issuing', 'self-signed-ec')
    const warning = 'Certificate 3 is not usable'
    deployment.aws.account.domains.get(MTLS)?.warnings.push(warning)
    // The functions are there, and younger than what was uploaded: they were taken back.
    deployment.aws.account.broken.set('MtlsDomain', 'Rate exceeded')
    expect((await deploy('--yes')).code).toBe(1)
    expect(deployment.aws.account.domains.get(MTLS)?.truststoreVersion).toBe('version-1')
    deployment.aws.account.broken.clear()
    deployment.aws.calls.length = 0
    const { code, stdout } = await deploy('--yes')
    expect(code).toBe(0)
    expect(stdout).toContain('2. trust store: has 3 certificates')
    expect(stdout).toContain(`API Gateway warns of the trust store: ${warning}`)
    expect(deployment.aws.account.domains.get(MTLS)?.truststoreVersion).toBe('version-2')
  }, 60_000)
})
