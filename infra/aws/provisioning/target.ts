import { type Runtime, runtimeFor } from '../../../shared/runtime.ts'
import type { Clients } from '../deployment/clients.ts'
import { Complaint } from '../deployment/complaint.ts'
import { expectDynamoDb, localTableNames, type TableNames } from '../deployment/local-tables.ts'
import { serviceNumber } from '../deployment/parameters.ts'
import { mainStackName } from '../deployment/plan.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import { findStack } from '../deployment/stack.ts'
import { LOCAL_DYNAMODB } from '../../tables/tables.ts'

/** The tables of a deployment that is there, but for those that are named. @throws Complaint */
export async function deployedRuntime(
  settings: DeploymentSettings,
  clients: Clients,
  named: Partial<TableNames> = {},
): Promise<Runtime> {
  const name = mainStackName(settings)
  const outputs = (await findStack(clients.cloudFormation, name))?.outputs
  const registryTable = named.registryTable ?? outputs?.get('RegistryTableName')
  const grantsTable = named.grantsTable ?? outputs?.get('GrantsTableName')
  if (registryTable === undefined || grantsTable === undefined) {
    throw new Complaint(`the stack ${name} is not there, or not complete: npm run deploy comes first`)
  }
  return runtimeOver({ registryTable, grantsTable }, settings, { region: settings.region })
}

/** The tables of a DynamoDB on this machine, but for those that are named. @throws Complaint */
export async function localRuntime(
  settings: DeploymentSettings,
  endpoint: string,
  named: Partial<TableNames> = {},
): Promise<Runtime> {
  await expectDynamoDb(endpoint)
  return runtimeOver({ ...localTableNames(settings), ...named }, settings, { ...LOCAL_DYNAMODB, endpoint })
}

function runtimeOver(
  tables: TableNames,
  settings: DeploymentSettings,
  dynamodb: NonNullable<Parameters<typeof runtimeFor>[1]>,
): Runtime {
  const oauth = {
    serviceId: serviceNumber(settings),
    mtlsDomains: [],
    apiIds: [],
    oauthOnMtlsOnly: settings.mtlsOnly,
  }
  // No cache: what is there now decides.
  return runtimeFor({ ...tables, ...oauth, registryCacheSeconds: 0, logLevel: 'silent' }, dynamodb)
}
