import { afterAll, beforeEach, onTestFinished } from 'vitest'
import { openTables } from '../../../../infra/aws/deployment/tables.ts'
import { startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { createTables, LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import { openDeployment } from '../../../support/deployment.ts'
import { certificatePem } from '../../../support/vectors.ts'

const TABLES = { registryTable: 'registry', grantsTable: 'grants', auditTable: 'audit' }

export const BUCKET = 'truststore-certbound-prod-truststorebucket'
export const MTLS = 'mtls.auth.example.com'

/** An AWS account with both stacks and one domain that trusts two CAs. The tables keep the data of earlier tests. */
export async function truststoreAccount() {
  const engine = await startEmbeddedEngine({})
  await createTables(engine.endpoint, TABLES)
  const deployment = await openDeployment(engine.endpoint)
  beforeEach(() => {
    const { stacks, buckets, domains, gateway } = deployment.aws.account
    const stack = (outputs: Record<string, string>) => {
      return { status: 'CREATE_COMPLETE', outputs, events: [], template: '{}' }
    }
    stacks.set(
      'certbound-prod',
      stack({ RegistryTableName: 'registry', GrantsTableName: 'grants', AuditTableName: 'audit' }),
    )
    stacks.set('truststore-certbound-prod', stack({ TruststoreBucketName: BUCKET }))
    const body = ['ca-root', 'ca-issuing'].map(certificatePem).join('')
    const objects = new Map([['truststore.pem', [{ version: 'version-0', body, metadata: {} }]]])
    buckets.set(BUCKET, { versioned: true, objects })
    const truststoreUri = `s3://${BUCKET}/truststore.pem`
    domains.set(MTLS, { truststoreUri, truststoreVersion: 'version-0', warnings: [] })
    Object.assign(gateway, { now: 0, changedAt: -Infinity })
    deployment.trust('ca-root', 'ca-issuing')
    deployment.aws.refused.clear()
    deployment.aws.calls.length = 0
  })
  afterAll(async () => {
    await engine.close()
    await deployment.close()
  })
  /** The runtime of a test over the tables. */
  const tablesOf = () => {
    const runtime = openTables(TABLES, 1, { ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
    onTestFinished(() => runtime.store.close())
    return runtime
  }
  const provision = (...more: string[]) => deployment.run(['provision', '--yes', '--json', ...more])
  const domain = () => deployment.aws.account.domains.get(MTLS)?.truststoreVersion
  const changes = () => deployment.aws.calls.filter((call) => /^(Update|PUT )/.test(call))
  return { deployment, tablesOf, provision, domain, changes }
}
