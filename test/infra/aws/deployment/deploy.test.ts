import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openAws } from '../../../../infra/aws/deployment/aws.ts'
import { awsDeployment } from '../../../../infra/aws/doctor/deployments.ts'
import { type Engine, startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { openTables } from '../../../../infra/aws/deployment/tables.ts'
import { createTables, LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { Failure } from '../../../support/fake-account.ts'
import { jwkOf } from '../../../support/vector-service.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { Client } from '../../../../shared/store/client.ts'
import { exampleSettings } from '../packaged-template.ts'

const STORE = 'truststore-certbound-prod'
const MAIN = 'certbound-prod'
const BUCKET = `${STORE}-truststorebucket`
const TABLES = [`${MAIN}-registrytable`, `${MAIN}-grantstable`] as const
const MTLS = 'mtls.auth.example.com'
const CHANGES = /^(Create|Update|PUT |DELETE )/

let engine: Engine
let deployment: Deployment
beforeAll(async () => {
  engine = await startEmbeddedEngine({})
  deployment = await openDeployment(engine.endpoint)
})
beforeEach(() => {
  deployment.aws.calls.length = 0
  deployment.aws.refused.clear()
  deployment.aws.account.broken.clear()
})
afterAll(async () => {
  await deployment.close()
  await engine.close()
})

const deploy = (...parameters: string[]) => deployment.run(['deploy', ...parameters])
const changes = () => deployment.aws.calls.filter((call) => CHANGES.test(call))

test('deploy shows its plan and changes nothing when the answer is no', async () => {
  const { code, stdout, stderr } = await deployment.runProcess(['deploy'], 'no\n')
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'Go on? (yes/no) deploy: nothing was changed\n' })
  expect(stdout).toContain(`1. stack ${STORE}: create`)
  expect(stdout).toContain('2. trust store: gets 2 certificates')
  expect(stdout).toContain(`3. stack ${MAIN}: create`)
  expect(changes()).toEqual([])
})

test('deploy changes nothing when nobody answers', async () => {
  const { code, stderr } = await deploy()
  expect(code).toBe(1)
  expect(stderr).toMatch(/^deploy: no answer, so nothing was changed: --yes goes on without asking\n$/)
  expect(changes()).toEqual([])
})

test('deploy names everything that is missing at once, and calls nothing on AWS', async () => {
  deployment.configure('"region": "eu-central-1"', '"region": "eu-west-1", "colour": "red"')
  deployment.trust('expired')
  const archive = join(deployment.folder, 'dist/token.zip')
  rmSync(archive)
  const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
  const wrong = await deployment.run(['deploy', '--yes'], { env })
  deployment.configure()
  const rest = await deployment.run(['deploy', '--yes'], { env })
  deployment.trust('ca-root', 'ca-issuing')
  writeFileSync(archive, '')
  expect([wrong.code, rest.code]).toEqual([1, 1])
  const [credentials, missing] = [
    expect.stringMatching(/^deploy: credentials: there are no AWS credentials/) as string,
    'deploy: dist/token.zip missing: npm run build makes it',
  ]
  expect(wrong.stderr.trim().split('\n')).toEqual([
    'deploy: certbound.jsonc: colour is not a setting',
    credentials,
    missing,
  ])
  expect(rest.stderr.trim().split('\n')).toEqual([
    expect.stringContaining('has expired'),
    expect.stringContaining('is neither a CA nor self-signed'),
    expect.stringContaining('does not lead to a root: add CN=Certbound Test Issuing CA'),
    credentials,
    missing,
  ])
  expect(deployment.aws.calls).toEqual([])
})

describe('a failing AWS', () => {
  beforeEach(() => deployment.aws.account.stacks.clear())

  const [LOOKING, CHANGING] = [`looking for the stack ${STORE}`, `changing the stack ${STORE}`]
  const DENIED = 'the AWS credentials do not allow it (no, no)'

  test.each([
    ['DescribeStacks', 400, 'ExpiredToken', `${LOOKING}: the AWS credentials have expired`],
    ['DescribeStacks', 403, 'InvalidClientTokenId', `${LOOKING}: AWS does not know the credentials`],
    ['CreateStack', 403, 'AccessDenied', `${CHANGING}: ${DENIED}`],
    ['HEAD /', 403, 'AccessDenied', `looking into the bucket ${BUCKET}: the AWS credentials do not allow it`],
    ['PUT /', 404, 'NoSuchBucket', `filling the bucket ${BUCKET}: the bucket does not exist`],
    ['PUT /', 403, 'AccessDenied', `filling the bucket ${BUCKET}: ${DENIED}`],
  ])('%s answered with %i %s ends deploy with one line', async (call, status, code, line) => {
    deployment.aws.refused.set(call, new Failure(status, code, 'no, \n no'))
    const { code: exit, stderr } = await deploy('--yes')
    expect(exit).toBe(1)
    expect(stderr.startsWith(`deploy: ${line}`)).toBe(true)
    expect(stderr.split('\n')).toHaveLength(2)
    expect(changes()).not.toContain(`CreateStack ${MAIN}`)
  })

  test('an AWS that cannot be reached ends deploy with one line', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' }
    const { stderr } = await deployment.run(['deploy', '--yes'], { env })
    expect(stderr).toMatch(/^deploy: looking for the stack \S+: AWS cannot be reached \(ECONNREFUSED\)\n$/)
  })

  test('a trust store stack that fails ends deploy with the reason, and must then be deleted', async () => {
    deployment.aws.account.broken.set('TruststorePolicy', 'You are not authorized to put policies')
    const { code, stderr } = await deploy('--yes')
    expect(code).toBe(1)
    expect(stderr).toBe(
      `deploy: the stack ${STORE} failed and was rolled back (ROLLBACK_COMPLETE): TruststorePolicy, You are not authorized to put policies\n`,
    )
    deployment.aws.account.broken.clear()
    expect((await deploy('--yes')).stderr).toMatch(
      /^deploy: the stack truststore-certbound-prod is left over from a failure .* delete it/,
    )
  })

  test('a stack that is being changed is not disturbed', async () => {
    const stack = { status: 'UPDATE_IN_PROGRESS', outputs: {}, events: [], template: '{}' }
    deployment.aws.account.stacks.set(MAIN, stack)
    const { stderr } = await deploy('--yes')
    expect(stderr).toMatch(/^deploy: the stack certbound-prod is being changed by somebody else/)
    expect(changes()).toEqual([])
  })
})

/** As processes, with the real osls. Each test goes on where the last one ended. */
describe('deployments', { timeout: 60_000 }, () => {
  const deployWithOsls = () => deployment.runProcess(['deploy', '--yes'])
  const domain = (name: string) => deployment.aws.account.domains.get(name)
  beforeAll(async () => {
    const { stacks, buckets } = deployment.aws.account
    stacks.clear()
    buckets.clear()
    await createTables(engine.endpoint, ...TABLES)
  })

  test('a first deployment that fails names the resource', async () => {
    deployment.aws.account.broken.set('MtlsDomain', 'The certificate could not be found')
    const { code, stderr } = await deployWithOsls()
    expect(code).toBe(1)
    expect(stderr).toMatch(/deploy: .*MtlsDomain.*\ndeploy: The certificate could not be found\n/)
  })

  test('it can be repeated, and fills the trust store before it makes the domain', async () => {
    const { code, stdout, stderr } = await deployWithOsls()
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(`${MTLS} CNAME d-mtlsdomain.execute-api.eu-central-1.amazonaws.com`)
    expect(stdout).toContain('auth.example.com CNAME d-plaindomain.execute-api.eu-central-1.amazonaws.com')
    expect(domain(MTLS)?.truststoreVersion).toBe('version-1')
    expect(domain('auth.example.com')?.truststoreVersion).toBeUndefined()
    const [object] = deployment.aws.account.buckets.get(BUCKET)?.objects.get('truststore.pem') ?? []
    expect(object?.body.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  })

  test('a deployment without changes changes nothing', async () => {
    const { code, stdout, stderr } = await deployWithOsls()
    expect(code).toBe(0)
    expect(stderr).toContain('No changes to deploy')
    expect(stdout).toContain('2. trust store: has 2 certificates')
    expect(changes()).toEqual([`UpdateStack ${STORE}`])
  })

  test('a new certificate reaches the domain, even after a failure, with the warnings of API Gateway', async () => {
    deployment.trust('ca-root', 'ca-issuing', 'self-signed-ec')
    const warning = 'Certificate 3 is not usable'
    domain(MTLS)?.warnings.push(warning)
    // The functions were rolled back. osls would believe that they are newer than the archives.
    deployment.aws.account.broken.set('MtlsDomain', 'Rate exceeded')
    expect((await deployWithOsls()).code).toBe(1)
    expect(domain(MTLS)?.truststoreVersion).toBe('version-1')
    deployment.aws.account.broken.clear()
    const { code, stdout } = await deployWithOsls()
    expect(code).toBe(0)
    expect(stdout).toContain('2. trust store: has 3 certificates')
    expect(stdout).toContain(`API Gateway warns of the trust store: ${warning}`)
    expect(domain(MTLS)?.truststoreVersion).toBe('version-2')
  })

  test('deploy refuses a certificate that can issue and that a client has registered, before it changes anything', async () => {
    const [registryTable, grantsTable] = TABLES
    const local = { ...LOCAL_DYNAMODB, endpoint: engine.endpoint }
    const runtime = openTables({ registryTable, grantsTable }, 1, local)
    onTestFinished(() => runtime.store.close())
    const { registry, clients } = runtime.store
    await registry.putService({ apiKey: 4711, issuer: 'https://other.example', credentials: [] })
    const about = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
    await clients.create(4711, { clientId: 1, ...about, jwks: { keys: [jwkOf('ca-root')] } }, runtime.now())
    const { code, stderr } = await deploy('--yes')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^deploy: trust store: CN=Certbound Test Root CA.* can issue .*CA:FALSE\n$/)
    expect(changes()).toEqual([])
    await clients.remove(4711, Client.parse({ clientId: 1 }))
  })

  test('doctor reads its domains, its tables, and the trust store that was uploaded', async () => {
    const outputs = deployment.aws.account.stacks.get(MAIN)?.outputs ?? {}
    expect([outputs['RegistryTableName'], outputs['GrantsTableName']]).toEqual(TABLES)
    for (const [name, value] of Object.entries(deployment.aws.environment)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const aws = openAws('eu-central-1')
    onTestFinished(aws.close)
    const [certificate, key] = ['client.pem', 'client.key.pem'].map((name) => join(deployment.folder, name))
    writeFileSync(certificate ?? '', certificatePem('client-ec-p256'))
    writeFileSync(key ?? '', 'key')
    const settings = await exampleSettings()
    const files = { certificate, key, 'client-id': '5' }
    const { inspected, account } = await awsDeployment(settings, aws, files)
    expect(inspected).toMatchObject({
      mtlsUrl: `https://${MTLS}`,
      plainUrl: 'https://auth.example.com',
      visitor: { cert: certificatePem('client-ec-p256'), key: 'key', clientId: '5' },
      service: undefined,
      clients: [],
    })
    expect(inspected.truststore.map(String)).toEqual(
      ['ca-root', 'ca-issuing', 'self-signed-ec'].map(certificatePem),
    )
    expect(account.tables).toEqual(TABLES)
    await expect(awsDeployment(settings, aws, { certificate })).rejects.toThrow(
      '--certificate and --key must be given together',
    )
  })
})
