import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openAws } from '../../../../infra/aws/deployment/aws.ts'
import type { Machine } from '../../../../infra/aws/deployment/deploy.ts'
import { readDeployment } from '../../../../infra/aws/settings/read-deployment.ts'
import { awsDeployment } from '../../../../infra/aws/doctor/deployments.ts'
import { type Engine, startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { recordsOf } from '../../../support/audit.ts'
import { openTables } from '../../../../infra/aws/deployment/tables.ts'
import { createTables, LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import type { Deployment } from '../../../support/deployment.ts'
import { ACCESS_KEY, ACCOUNT, Failure } from '../../../support/fake-account.ts'
import { jwkOf } from '../../../support/vector-service.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { Client } from '../../../../shared/store/client.ts'
import {
  changesIn,
  MAIN,
  MTLS,
  openOwnDeployment,
  oslsOf,
  PLAIN,
  reset,
  STORE,
  TABLE_NAMES,
  TABLES,
} from './own-account.ts'

const BUCKET = `${STORE}-truststorebucket`

let engine: Engine
let deployment: Deployment
let machine: Machine
beforeAll(async () => {
  engine = await startEmbeddedEngine({})
  await createTables(engine.endpoint, TABLE_NAMES)
  deployment = await openOwnDeployment(engine.endpoint)
  machine = { osls: oslsOf(deployment), wait: () => Promise.resolve() }
  reset(deployment)
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

const deploy = (...parameters: string[]) => deployment.run(['deploy', ...parameters], {}, machine)
const changes = () => changesIn(deployment)

test('deploy shows its plan and changes nothing if the answer is no', async () => {
  const { code, stdout, stderr } = await deployment.runProcess(['deploy'], 'no\n')
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'Continue? (yes/no) deploy: nothing was changed\n' })
  expect(stdout).toContain(`account ${ACCOUNT}, as arn:aws:iam::${ACCOUNT}:user/test\n`)
  expect(stdout).toContain(`1. stack ${STORE}: create`)
  expect(stdout).toContain('2. trust store: gets 2 certificates')
  expect(stdout).toContain(`3. stack ${MAIN}: create`)
  expect(changes()).toEqual([])
})

test('deploy changes nothing if there is no answer', async () => {
  const { code, stderr } = await deploy()
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^deploy: no answer, so nothing was changed: use --yes to continue without asking\n$/,
  )
  expect(changes()).toEqual([])
})

test('deploy reports all missing parts together, and does not call AWS', async () => {
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
    expect.stringMatching(/^deploy: credentials: no AWS credentials found/) as string,
    'deploy: dist/token.zip is missing: npm run build creates it',
  ]
  expect(wrong.stderr.trim().split('\n')).toEqual([
    'deploy: certbound.jsonc, line 5: colour is not a setting',
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

  const [LOOKING, CHANGING] = [`reading the stack ${STORE}`, `changing the stack ${STORE}`]
  const PLANNING = `planning the stack ${STORE}`
  const DENIED = 'the AWS credentials do not allow this (no, no)'

  test.each([
    ['DescribeStacks', 400, 'ExpiredToken', `${LOOKING}: the AWS credentials have expired`],
    ['DescribeStacks', 403, 'InvalidClientTokenId', `${LOOKING}: AWS does not recognize the credentials`],
    ['CreateChangeSet', 403, 'AccessDenied', `${PLANNING}: ${DENIED}`],
    ['ExecuteChangeSet', 403, 'AccessDenied', `${CHANGING}: ${DENIED}`],
    ['PUT /', 404, 'NoSuchBucket', `writing to the bucket ${BUCKET}: the bucket does not exist`],
    ['PUT /', 403, 'AccessDenied', `writing to the bucket ${BUCKET}: ${DENIED}`],
  ])('if AWS answers %s with %i %s, deploy ends with one line', async (call, status, code, line) => {
    deployment.aws.refused.set(call, new Failure(status, code, 'no, \n no'))
    const { code: exit, stderr } = await deploy('--yes')
    expect(exit).toBe(1)
    expect(stderr.startsWith(`deploy: ${line}`)).toBe(true)
    expect(stderr.split('\n')).toHaveLength(2)
    expect(changes()).not.toContain(`ExecuteChangeSet ${MAIN}`)
  })

  test('if AWS cannot be reached, deploy ends with one line', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' }
    const { stderr } = await deployment.run(['deploy', '--yes'], { env })
    expect(stderr).toMatch(
      /^deploy: reading the identity of the credentials: AWS cannot be reached \(ECONNREFUSED\)\n$/,
    )
  })
})

/** Each test goes on where the last one ended. */
describe('deployments', { timeout: 120_000 }, () => {
  const domain = (name: string) => deployment.aws.account.domains.get(name)

  const deployNow = (env: NodeJS.ProcessEnv = {}) => deployment.run(['deploy', '--yes'], { env }, machine)

  test('deploy fills the trust store before it makes the domain, and every call acts as the identity of the plan', async () => {
    reset(deployment)
    const config = join(deployment.folder, 'aws-config')
    writeFileSync(config, '[profile work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = work\n')
    const { code, stdout, stderr } = await deployNow({
      AWS_CONFIG_FILE: config,
      AWS_DEFAULT_PROFILE: 'work',
      AWS_PROD_PROFILE: 'work',
      AWS_PROD_ACCESS_KEY_ID: 'AKIASTAGE',
      AWS_PROD_SECRET_ACCESS_KEY: 'stage',
    })
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(`as arn:aws:iam::${ACCOUNT}:user/test\n`)
    expect([...deployment.aws.signers]).toEqual([ACCESS_KEY])
    expect(stdout).toContain(`${MTLS} CNAME d-mtlsdomain.execute-api.eu-central-1.amazonaws.com`)
    expect(stdout).toContain(`${PLAIN} CNAME d-plaindomain.execute-api.eu-central-1.amazonaws.com`)
    expect(domain(MTLS)?.truststoreVersion).toBe('version-1')
    expect(domain(PLAIN)?.truststoreVersion).toBeUndefined()
    const [object] = deployment.aws.account.buckets.get(BUCKET)?.objects.get('truststore.pem') ?? []
    expect(object?.body.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  })

  test('a deployment without changes does not change AWS', async () => {
    const { code, stdout, stderr } = await deployNow()
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('2. trust store: has 2 certificates')
    expect(changes()).toEqual([])
  })

  test('each deployment leaves a record with the ARN of its caller, also the first, which makes the table of records', async () => {
    const runtime = openTables(TABLE_NAMES, 1, { ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
    onTestFinished(() => runtime.store.close())
    const records = await recordsOf({ store: runtime.store, clock: { now: runtime.now() } }, undefined)
    const by = `arn:aws:iam::${ACCOUNT}:user/test`
    expect(new Set(records.map(({ operation, by: caller }) => `${operation} ${caller}`))).toEqual(
      new Set([`deploy ${by}`]),
    )
    const made = { settlement: 'DONE', writes: [{ kind: 'deployment', key: { id: MAIN } }] }
    expect(records).toContainEqual(expect.objectContaining({ settlement: 'DONE' }))
    const [first] = records.filter(({ settlement }) => settlement === 'DONE').slice(-1)
    expect(first).toMatchObject(made)
    const template = { name: 'template', to: expect.stringMatching(/^SHA-256 /) as string }
    expect(first?.writes[0]?.members[0]).toMatchObject(template)
  })

  test('deploy refuses a certificate that can issue others if a client has registered it, before it changes anything', async () => {
    const local = { ...LOCAL_DYNAMODB, endpoint: engine.endpoint }
    const runtime = openTables(TABLE_NAMES, 1, local)
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

  test('doctor reads the domains, the tables and the uploaded trust store, and reports denied reads', async () => {
    const outputs = deployment.aws.account.stacks.get(MAIN)?.outputs ?? {}
    expect(['Registry', 'Grants', 'Audit'].map((name) => outputs[`${name}TableName`])).toEqual(TABLES)
    for (const [name, value] of Object.entries(deployment.aws.environment)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const aws = openAws('eu-central-1')
    onTestFinished(aws.close)
    const [certificate, key] = ['client.pem', 'client.key.pem'].map((name) => join(deployment.folder, name))
    writeFileSync(certificate ?? '', certificatePem('client-ec-p256'))
    writeFileSync(key ?? '', 'key')
    const settings = await readDeployment(join(deployment.folder, 'certbound.jsonc'))
    const files = { certificate, key, 'client-id': '5' }
    const { inspected, account } = await awsDeployment(settings, aws, files)
    expect(inspected).toMatchObject({
      mtlsUrl: `https://${MTLS}`,
      plainUrl: `https://${PLAIN}`,
      visitor: { cert: certificatePem('client-ec-p256'), key: 'key', clientId: '5' },
      service: undefined,
      clients: [],
    })
    expect(inspected.truststore.map(String)).toEqual(['ca-root', 'ca-issuing'].map(certificatePem))
    expect(account.tables).toEqual(TABLES)
    expect(account.stack.id).toMatch(`:${ACCOUNT}:stack/${MAIN}/`)
    expect(inspected.unread).toEqual({ service: 'the registry contains no service' })
    await expect(awsDeployment(settings, aws, { certificate })).rejects.toThrow(
      '--certificate and --key must be used together',
    )

    for (const call of ['GetItem', 'GET /'])
      deployment.aws.refused.set(call, new Failure(403, 'AccessDeniedException', 'no'))
    const denied = await awsDeployment(settings, aws, files)
    const why = expect.stringContaining(`${TABLES[0]}: the AWS credentials do not allow this`) as string
    expect(denied.inspected).toMatchObject({
      ...{ service: undefined, clients: [], truststore: [] },
      unread: { registry: why, service: why, truststore: expect.stringContaining('trust store') as string },
    })
  })
})
