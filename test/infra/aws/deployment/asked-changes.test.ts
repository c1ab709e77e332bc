import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openTables } from '../../../../infra/aws/deployment/tables.ts'
import { type Engine, startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { createTables, LOCAL_DYNAMODB, TABLES } from '../../../../infra/tables/tables.ts'
import { Client } from '../../../../shared/store/client.ts'
import type { Deployment } from '../../../support/deployment.ts'
import { Failure } from '../../../support/fake-account.ts'
import { jwkOf } from '../../../support/vector-service.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { changesIn, MAIN, MTLS, openOwnDeployment, oslsOf, reset, STORE } from './own-account.ts'

const BUCKET = `${STORE}-truststorebucket`
const STATE = { ttl: 'ttl', protection: true }
const LOST = '- CN=Certbound Test Issuing CA, O=Certbound Test, C=JP (its clients will be refused)'

let engine: Engine
let deployment: Deployment
beforeAll(async () => {
  engine = await startEmbeddedEngine({})
  await createTables(engine.endpoint, {
    registryTable: 'registry',
    grantsTable: 'grants',
    auditTable: 'audit',
  })
  await createTables(engine.endpoint, {
    registryTable: 'restored',
    grantsTable: 'no-ttl',
    auditTable: 'audit',
  })
  await createWithoutIndex('no-index')
  deployment = await openOwnDeployment(engine.endpoint)
})
afterAll(async () => {
  await deployment.close()
  await engine.close()
})

/** A deployment whose domain trusts two CAs and whose tables exist. */
beforeEach(() => {
  reset(deployment)
  const { buckets, domains, tables } = deployment.aws.account
  const outputs = {
    RegistryTableName: 'registry',
    GrantsTableName: 'grants',
    AuditTableName: 'audit',
    TablesFrom: 'stack',
  }
  putStack(MAIN, { ...outputs, MtlsDomainName: MTLS })
  putStack(STORE, { TruststoreBucketName: BUCKET })
  const body = ['ca-root', 'ca-issuing'].map(certificatePem).join('')
  const objects = new Map([['truststore.pem', [{ version: 'version-1', body, metadata: {} }]]])
  buckets.set(BUCKET, { versioned: true, objects })
  const truststoreUri = `s3://${BUCKET}/truststore.pem`
  domains.set(MTLS, { truststoreUri, truststoreVersion: 'version-1', warnings: [] })
  tables.clear()
  for (const name of ['registry', 'grants', 'restored', 'no-index']) tables.set(name, { ...STATE })
  deployment.aws.refused.set('ExecuteChangeSet', new Failure(403, 'AccessDenied', 'no'))
  deployment.trust('ca-root', 'ca-issuing')
  deployment.configure()
})

function putStack(name: string, outputs: Record<string, string>): void {
  deployment.aws.account.stacks.set(name, {
    status: 'CREATE_COMPLETE',
    outputs,
    events: [],
    template: '{"Resources":{}}',
  })
}

async function createWithoutIndex(TableName: string): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
  const [id] = TABLES.GrantsTable.Properties.AttributeDefinitions
  const { KeySchema, BillingMode } = TABLES.GrantsTable.Properties
  const AttributeDefinitions = id === undefined ? [] : [id]
  await client.send(new CreateTableCommand({ TableName, KeySchema, AttributeDefinitions, BillingMode }))
  client.destroy()
}

const machine = () => ({ osls: oslsOf(deployment), wait: () => Promise.resolve() })
const asked = (...answers: string[]) => deployment.run(['deploy'], { answers }, machine())
const deploy = (...more: string[]) => deployment.run(['deploy', ...more], {}, machine())
const changes = () => changesIn(deployment)
/** The first call of a deployment that makes a change. */
const BEGUN = [`ExecuteChangeSet ${STORE}`]

test('deploy shows the certificates that the trust store gains and loses, and asks for confirmation', async () => {
  deployment.trust('ca-root', 'ca-other-root')
  const { code, stdout, stderr } = await asked('yes', 'no')
  expect([code, stderr]).toEqual([1, 'deploy: nothing was changed\n'])
  const gained = '+ CN=Other Test Root CA, O=Other Test, C=JP'
  expect(stdout).toContain(`The trust store of the mutual-TLS domain:\n  ${gained}\n  ${LOST}\n`)
  expect(changes()).toEqual([])
})

test('deploy --yes removes certificates from the trust store only with --remove-trust', async () => {
  deployment.trust('ca-root')
  const refused = await deploy('--yes')
  expect(refused.stderr).toMatch(/^deploy: nothing was changed, because certificates would be removed/)
  expect(refused.stderr).toContain(LOST)
  expect(changes()).toEqual([])
  expect((await deploy('--yes', '--remove-trust')).stderr).toContain(`changing the stack ${STORE}`)
  expect(changes()).toEqual(BEGUN)
})

const name = (registry: string, grants: string) =>
  deployment.configure(
    '"stage": "prod",',
    `"stage": "prod", "tables": ${JSON.stringify({ registry, grants })},`,
  )

test('deploy shows the tables of the settings and those of the stack, and asks for confirmation', async () => {
  name('restored', 'grants')
  const { code, stdout, stderr } = await asked('yes', 'no')
  expect([code, stderr]).toEqual([1, 'deploy: nothing was changed\n'])
  expect(stdout).toContain(
    'The tables of certbound-prod:\n  registry: restored in place of registry\n  grants: grants, no change\n',
  )
  expect(changes()).toEqual([])
  await asked('yes', 'yes')
  expect(changes()).toEqual(BEGUN)
})

test('deploy uses tables of the settings at the first deployment, and lists them later without a question', async () => {
  name('restored', 'grants')
  deployment.aws.account.stacks.delete(MAIN)
  deployment.aws.account.domains.delete(MTLS)
  const first = await asked('yes', 'no')
  expect(first.stdout).toContain('  registry: restored in place of a new, empty table\n')
  putStack(MAIN, {
    RegistryTableName: 'restored',
    GrantsTableName: 'grants',
    AuditTableName: 'audit',
    TablesFrom: 'settings',
  })
  await asked('yes')
  expect(changes()).toEqual(BEGUN)
})

test('deploy does not replace tables of the settings with new, empty ones', async () => {
  const outputs = {
    RegistryTableName: 'restored',
    GrantsTableName: 'grants',
    AuditTableName: 'audit',
    MtlsDomainName: MTLS,
  }
  putStack(MAIN, { ...outputs, TablesFrom: 'settings' })
  const { code, stderr } = await deploy('--yes')
  expect([code, stderr]).toEqual([
    1,
    'deploy: certbound-prod uses the tables restored and grants, and would get new, empty ones: set both in the settings, under tables\n',
  ])
})

test.each([
  ['that does not exist', 'missing', 'grants', /registry: missing does not exist/],
  ['with another key', 'grants', 'registry', /registry: grants must have the key pk, sk\n.*texts: pk, sk/],
  [
    'without a time to live',
    'registry',
    'no-ttl',
    /grants: no-ttl must have its .* ttl: aws dynamodb update-time-to-live --table-name no-ttl /,
  ],
  ['without the index', 'registry', 'no-index', /grants: no-index must have an active index listing/],
])('deploy refuses a table of the settings that %s', async (_, registry, grants, problem) => {
  name(registry, grants)
  const { code, stderr } = await deploy('--yes')
  expect(code).toBe(1)
  expect(stderr).toMatch(problem)
  expect(changes()).toEqual([])
})

test('deploy refuses a table of the settings that another stack uses', async () => {
  name('restored', 'grants')
  putStack('certbound-test', { RegistryTableName: 'restored', GrantsTableName: 'others' })
  const { code, stderr } = await deploy('--yes')
  expect([code, stderr]).toEqual([
    1,
    'deploy: tables.registry: restored is in use by the stack certbound-test\n',
  ])
})

/** A runtime over two tables of the engine. */
function openTwo(registryTable: string) {
  const local = { ...LOCAL_DYNAMODB, endpoint: engine.endpoint }
  const runtime = openTables({ registryTable, grantsTable: 'grants', auditTable: 'audit' }, 1, local)
  onTestFinished(() => runtime.store.close())
  return runtime
}

test('deploy refuses a certificate that can issue others if a client in a table of the settings has registered it', async () => {
  const { store, now } = openTwo('restored')
  await store.registry.putService({ apiKey: 4712, issuer: 'https://other.example', credentials: [] })
  const about = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
  await store.clients.create(4712, { clientId: 1, ...about, jwks: { keys: [jwkOf('ca-root')] } }, now())
  const refused = /^deploy: trust store: CN=Certbound Test Root CA.* can issue .*CA:FALSE\n$/
  expect((await deploy('--yes')).stderr).not.toMatch(refused)
  name('restored', 'grants')
  expect((await deploy('--yes')).stderr).toMatch(refused)
  await store.clients.remove(4712, Client.parse({ clientId: 1 }))
})

test('restore enables the protection that a restored table has lost', async () => {
  const { registry } = openTwo('restored').store
  await registry.putService({ apiKey: 4711, issuer: 'https://as.example', credentials: [] })
  const { tables } = deployment.aws.account
  tables.clear()
  const restore = () => deployment.run(['restore', '--registry', 'restored', '--yes', '--json'])
  const { code, stderr } = await restore()
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(
    'restored: enabled time to live, point-in-time recovery, deletion protection\ngrants: enabled time to live, deletion protection\n',
  )
  expect(Object.fromEntries(tables)).toEqual({ restored: { ...STATE, recovery: true }, grants: STATE })
  expect((await restore()).stderr).not.toContain('switched on')
})
