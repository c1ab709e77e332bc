import { startEmbeddedEngine } from '../../../../infra/emulator/engine.ts'
import { LOCAL_DYNAMODB } from '../../../../infra/tables/tables.ts'
import { runtimeFor } from '../../../../shared/runtime.ts'
import type { Deployment } from '../../../support/deployment.ts'
import { API_IDS, MTLS_DOMAIN } from '../../../support/fixed-runtime.ts'

/** The number that follows from the issuer of the example. */
export const SERVICE = 41754916716729

/** An empty engine for a deployment's scripts, and a runtime over what they make of it. */
export async function openProvisioning(deployment: Deployment) {
  const engine = await startEmbeddedEngine({})
  const settings = {
    registryTable: 'certbound-prod-registry',
    grantsTable: 'certbound-prod-grants',
    serviceId: SERVICE,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: API_IDS,
    oauthOnMtlsOnly: true,
    registryCacheSeconds: 0,
    logLevel: 'silent',
  } as const
  const runtime = runtimeFor(settings, { ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
  const local = ['--endpoint', engine.endpoint]
  return {
    engine,
    runtime,
    deployTables: () => deployment.run('infra/aws/deploy.ts', local),
    provision: (...more: string[]) => deployment.run('infra/aws/provision.ts', [...local, '--yes', ...more]),
    /** @param answer what is typed when it asks */
    provisionAsked: (answer: string) => deployment.run('infra/aws/provision.ts', local, { input: answer }),
    close: async () => {
      runtime.store.close()
      await engine.close()
    },
  }
}

export type Provisioning = Awaited<ReturnType<typeof openProvisioning>>
