import { type Runtime, runtimeFor } from '../../shared/runtime/runtime.ts'
import type { DynamoDb } from '../../shared/dynamodb/dynamodb.ts'
import type { CallTimes } from '../../shared/dynamodb/lean/caller.ts'
import { leanDynamoDb } from '../../shared/dynamodb/lean/client.ts'
import { readEnvironment } from '../../shared/runtime/settings.ts'
import { createTables, LOCAL_DYNAMODB } from '../tables/tables.ts'

/** The domains of this machine and their API, as named in events. */
export const MTLS_DOMAIN = { domainName: 'mtls.certbound.test', apiId: 'local' }
export const PLAIN_DOMAIN = { ...MTLS_DOMAIN, domainName: 'api.certbound.test' }

/** The variables of a function on this machine. In a template, CloudFormation or the operator sets their values. */
export function localVariables(serviceId: number) {
  return {
    REGISTRY_TABLE: 'certbound-registry',
    GRANTS_TABLE: 'certbound-grants',
    AUDIT_TABLE: 'certbound-audit',
    SERVICE_ID: String(serviceId),
    MTLS_DOMAINS: MTLS_DOMAIN.domainName,
    API_IDS: MTLS_DOMAIN.apiId,
  }
}

/** Opens the runtime of a deployment of one service, with an engine on this machine. Missing tables are created. */
export async function localRuntime(endpoint: string, serviceId: number, more = {}): Promise<Runtime> {
  const settings = readEnvironment({ ...localVariables(serviceId), ...more })
  await createTables(endpoint, settings)
  return runtimeFor(settings, localDynamoDb(endpoint))
}

/** Opens the lean client of an engine on this machine. */
export function localDynamoDb(endpoint: string, waits?: Partial<CallTimes>): DynamoDb {
  const { region, credentials } = LOCAL_DYNAMODB
  return leanDynamoDb({ region, endpoint: new URL(endpoint), credentials: () => credentials }, waits)
}
