import { test as base } from 'vitest'
import { startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import { sdkDynamoDb } from '../../../../shared/dynamodb/sdk.ts'
import { runtimeFor } from '../../../../shared/runtime/runtime.ts'
import type { Surroundings } from '../../../support/command-line.ts'
import { type Deployment, openDeployment } from '../../../support/deployment.ts'
import { API_IDS, MTLS_DOMAIN } from '../../../support/fixed-runtime.ts'
import { rawTables } from '../../../support/raw-tables.ts'

/** The service number, which is derived from the issuer of the example. */
export const SERVICE = 41754916716729

/** An empty engine for the commands of a deployment, and a runtime with the tables that they create in it. */
async function openProvisioning(deployment: Deployment) {
  const engine = await startEmbeddedEngine({})
  const settings = {
    registryTable: 'certbound-prod-registry',
    grantsTable: 'certbound-prod-grants',
    auditTable: 'certbound-prod-audit',
    auditDays: 400,
    serviceId: SERVICE,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: API_IDS,
    resourceUrls: [],
    oauthOnMtlsOnly: true,
    registryCacheSeconds: 0,
    dynamodbClient: 'sdk',
    logLevel: 'silent',
  } as const
  const runtime = runtimeFor(settings, sdkDynamoDb({ ...LOCAL_DYNAMODB, endpoint: engine.endpoint }))
  const tables = rawTables({ endpoint: engine.endpoint, settings })
  const local = ['--endpoint', engine.endpoint]
  const run = (argv: readonly string[], surroundings?: Surroundings) =>
    deployment.run([...argv, ...local], surroundings)
  return {
    endpoint: engine.endpoint,
    configure: deployment.configure,
    runtime,
    registry: runtime.store.registry,
    run,
    deployTables: () => run(['deploy']),
    provision: (...more: string[]) => run(['provision', '--yes', ...more]) /** All stored items. */,
    tables: tables.everything,
    close: async () => {
      tables.close()
      runtime.store.close()
      await engine.close()
    },
  }
}

/** A test with its own empty tables. The tests of a file share a project. */
export const test = base
  .extend('deployment', { scope: 'file' }, async ({}, { onCleanup }) => {
    const deployment = await openDeployment()
    onCleanup(deployment.close)
    return deployment
  })
  .extend('provisioning', async ({ deployment }, { onCleanup }) => {
    deployment.configure()
    const provisioning = await openProvisioning(deployment)
    onCleanup(provisioning.close)
    return provisioning
  })
