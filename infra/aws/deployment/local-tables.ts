import { listsTables } from '../../tables/lists-tables.ts'
import { createTables } from '../../tables/tables.ts'
import { Complaint } from './complaint.ts'
import { type DeploymentSettings, readDeployment } from './settings.ts'

export interface TableNames {
  readonly registryTable: string
  readonly grantsTable: string
}

/** Where CloudFormation does not name them. */
export function localTableNames({ stage }: DeploymentSettings): TableNames {
  return { registryTable: `certbound-${stage}-registry`, grantsTable: `certbound-${stage}-grants` }
}

/**
 * What there is to deploy to a DynamoDB on this machine: the tables. Those that are there stay.
 *
 * @returns lines for who has to go on
 * @throws Complaint
 */
export async function deployLocally(file: string, endpoint: string): Promise<string[]> {
  const settings = await readDeployment(file)
  if (!('region' in settings)) throw new Complaint(settings.join('\n'))
  await expectDynamoDb(endpoint)
  const { registryTable, grantsTable } = localTableNames(settings)
  await createTables(endpoint, registryTable, grantsTable)
  return [
    `Tables at ${endpoint}: ${registryTable}, ${grantsTable}`,
    `Then, once: npm run provision -- --endpoint ${endpoint}`,
  ]
}

/** @throws Complaint when nothing answers there */
export async function expectDynamoDb(endpoint: string): Promise<void> {
  if (!(await listsTables(endpoint))) throw new Complaint(`no DynamoDB answers at ${endpoint}`)
}
