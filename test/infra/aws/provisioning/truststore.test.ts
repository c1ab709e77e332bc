import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openTables } from '../../../../infra/aws/deployment/tables.ts'
import { type Engine, startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { createTables, LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { Failure } from '../../../support/fake-account.ts'
import { Client } from '../../../../shared/store/client.ts'
import { jwkOf } from '../../../support/vector-service.ts'

const BUCKET = 'truststore-certbound-prod-truststorebucket'
const MTLS = 'mtls.auth.example.com'

let deployment: Deployment
let engine: Engine
beforeAll(async () => {
  engine = await startEmbeddedEngine({})
  await createTables(engine.endpoint, 'registry', 'grants')
  deployment = await openDeployment(engine.endpoint)
})
/** The AWS account: both stacks, an empty bucket, one domain. The tables keep the data of earlier tests. */
beforeEach(() => {
  const { stacks, buckets, domains } = deployment.aws.account
  const stack = (outputs: Record<string, string>) => {
    return { status: 'CREATE_COMPLETE', outputs, events: [], template: '{}' }
  }
  stacks.set('certbound-prod', stack({ RegistryTableName: 'registry', GrantsTableName: 'grants' }))
  stacks.set('truststore-certbound-prod', stack({ TruststoreBucketName: BUCKET }))
  buckets.set(BUCKET, { versioned: true, objects: new Map() })
  domains.set(MTLS, { truststoreVersion: 'version-0', warnings: [] })
  deployment.aws.refused.clear()
  deployment.aws.calls.length = 0
})
afterAll(async () => {
  await engine.close()
  await deployment.close()
})

const provision = () => deployment.run(['provision', '--yes', '--json'])
const domain = () => deployment.aws.account.domains.get(MTLS)?.truststoreVersion

test('provision brings the certificates of the settings to the domain, and again only when they change', async () => {
  const first = await provision()
  expect(first.code, first.stderr).toBe(0)
  expect(first.stderr).toContain('trust store: replaced; the domain uses it in about a minute')
  expect(first.stdout).toContain('"role":"manage"')
  expect(domain()).toBe('version-1')

  const second = await provision()
  expect(second).toMatchObject({ code: 0, stdout: '' })
  expect(second.stderr).toContain('trust store: no change')
  expect(domain()).toBe('version-1')

  deployment.trust('ca-root', 'ca-issuing', 'self-signed-ec')
  expect((await provision()).code).toBe(0)
  expect(domain()).toBe('version-2')
})

test('provision refuses certificates that API Gateway would not accept', async () => {
  deployment.trust('ca-issuing', 'weak-rsa-1024')
  const { code, stderr } = await provision()
  deployment.trust('ca-root', 'ca-issuing')
  expect(code).toBe(1)
  expect(stderr).toContain('does not lead to a root')
  expect(stderr).toContain('has a key or a signature that API Gateway does not accept')
  expect(domain()).toBe('version-0')
})

test.each([
  ['GetDomainName', 404, 'NotFoundException', `looking at the domain ${MTLS}: NotFoundException`],
  ['UpdateDomainName', 429, 'TooManyRequestsException', `changing the domain ${MTLS}: TooManyRequests`],
  ['PUT /', 403, 'AccessDenied', `filling the bucket ${BUCKET}: the AWS credentials do not allow it`],
])('%s answered with %i %s ends provision with one line', async (call, status, code, line) => {
  deployment.aws.refused.set(call, new Failure(status, code, 'no'))
  const answer = await provision()
  expect(answer.code).toBe(1)
  expect(answer.stderr.trim().split('\n').at(-1)).toContain(line)
})

test('provision needs a bucket that keeps versions', async () => {
  deployment.aws.account.buckets.set(BUCKET, { versioned: false, objects: new Map() })
  expect((await provision()).stderr).toContain(`the bucket ${BUCKET} keeps no versions`)
})

test('before the first deployment provision asks for npm run deploy', async () => {
  deployment.aws.account.stacks.clear()
  const { code, stderr } = await provision()
  const line = 'the stack certbound-prod does not exist or is not complete: run npm run deploy first'
  expect([code, stderr]).toEqual([1, `provision: ${line}\n`])
})

test('provision refuses a certificate that can issue and that a client of another service has registered', async () => {
  const runtime = openTables({ registryTable: 'registry', grantsTable: 'grants' }, 1, {
    ...LOCAL_DYNAMODB,
    endpoint: engine.endpoint,
  })
  onTestFinished(() => runtime.store.close())
  const { registry, clients } = runtime.store
  await registry.putService({ apiKey: 4711, issuer: 'https://other.example', credentials: [] })
  const about = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
  await clients.create(
    4711,
    { clientId: 1, ...about, jwks: { keys: [jwkOf('ca-other-root')] } },
    runtime.now(),
  )
  deployment.trust('ca-root', 'ca-issuing', 'ca-other-root')
  onTestFinished(() => deployment.trust('ca-root', 'ca-issuing'))
  const refused = await provision()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/is meant for a client, and can issue .*CA:FALSE\n$/)
  expect(domain()).toBe('version-0')
  await clients.remove(4711, Client.parse({ clientId: 1 }))
  expect((await provision()).code).toBe(0)
})
