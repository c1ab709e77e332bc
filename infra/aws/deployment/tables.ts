import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { sdkDynamoDb } from '../../../shared/dynamodb/sdk.ts'
import { type Runtime, runtimeFor } from '../../../shared/runtime/runtime.ts'
import { Settings } from '../../../shared/runtime/settings.ts'
import type { Client } from '../../../shared/store/client.ts'
import { Complaint, type Io } from '../../command.ts'
import { createTables, listsTables, LOCAL_DYNAMODB, type TableNames } from '../../tables/tables.ts'
import { allClients } from '../../truststore/issuing-clients.ts'
import { type Aws, attempt, openAws, showEndpoint } from './aws.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import { findStacks, type NamedStack, type Stacks } from './stack.ts'

/** The options with tables that replace those of the deployment. */
interface Replaced {
  readonly registry?: string | undefined
  readonly grants?: string | undefined
}

/**
 * Opens the tables of a deployment for one action.
 *
 * @param endpoint the URL of a DynamoDB on this machine; if absent, AWS
 * @param action also receives AWS and the stacks, unless the tables are on this machine, and a function that opens another registry
 * @throws Complaint if the tables do not exist
 */
export async function withTables<Result>(
  settings: DeploymentSettings,
  { endpoint, registry, grants }: Replaced & { readonly endpoint: string | undefined },
  action: (
    runtime: Runtime,
    deployed: { readonly aws: Aws; readonly stacks: Stacks } | undefined,
    openOther: (registryTable: string) => Runtime,
  ) => Promise<Result>,
): Promise<Result> {
  if (endpoint !== undefined) {
    await requireDynamoDb(endpoint)
    const { registryTable, grantsTable, auditTable } = localTableNames(settings)
    const names = {
      registryTable: registry ?? registryTable,
      grantsTable: grants ?? grantsTable,
      auditTable,
    }
    const open = (registryTable: string) =>
      openTables({ ...names, registryTable }, serviceNumber(settings), { ...LOCAL_DYNAMODB, endpoint })
    const runtime = open(names.registryTable)
    return action(runtime, undefined, open).finally(() => runtime.store.close())
  }
  const aws = openAws(settings.region)
  try {
    const stacks = await findStacks(settings, aws)
    const open = (name: string | undefined) =>
      openDeployedTables(settings, stacks.main, aws, { registry: name, grants })
    const runtime = open(registry)
    return await action(runtime, { aws, stacks }, open).finally(() => runtime.store.close())
  } finally {
    aws.close()
  }
}

/** Opens the tables of the main stack. @throws Complaint if the stack does not exist */
export function openDeployedTables(
  settings: DeploymentSettings,
  { name, state }: NamedStack,
  { credentials }: Aws,
  { registry, grants }: Replaced = {},
): Runtime {
  const registryTable = registry ?? state?.outputs.get('RegistryTableName')
  const grantsTable = grants ?? state?.outputs.get('GrantsTableName')
  // Before the first deployment there are no records, and only named tables are read. A change would fail.
  const auditTable = state?.outputs.get('AuditTableName') ?? `${name}-without-records`
  if (registryTable === undefined || grantsTable === undefined) {
    throw new Complaint(`the stack ${name} does not exist or is not complete: run npm run deploy first`)
  }
  return openTables({ registryTable, grantsTable, auditTable }, serviceNumber(settings), {
    region: settings.region,
    credentials,
  })
}

/** All clients in the tables of a deployment, and in the tables of its settings. @throws Complaint */
export async function registeredClients(
  settings: DeploymentSettings,
  main: NamedStack,
  aws: Aws,
): Promise<readonly Client[]> {
  const isMade = main.state?.outputs.has('RegistryTableName') === true
  const clients: Client[] = []
  for (const replaced of [isMade ? {} : [], settings.tables ?? []].flat()) {
    const { store } = openDeployedTables(settings, main, aws, replaced)
    const reading = attempt('the registered clients', () => allClients(store.registry))
    clients.push(...(await reading.finally(() => store.close())))
  }
  return clients
}

/** Opens tables without a cache, so that reads are current. */
export function openTables(
  { registryTable, grantsTable, auditTable }: TableNames,
  serviceId: number,
  dynamodb: DynamoDBClientConfig,
): Runtime {
  // These tables serve no requests, so there is nothing to log.
  const names = { registryTable, grantsTable, auditTable }
  const own = { ...names, dynamodbClient: 'sdk', logLevel: 'silent' } as const
  const settings = { ...Settings.parse(own), serviceId, registryCacheSeconds: 0 }
  return runtimeFor(settings, sdkDynamoDb(dynamodb))
}

/** The names of the tables that are not created by a stack. */
function localTableNames({ stage }: DeploymentSettings): TableNames {
  return {
    registryTable: `certbound-${stage}-registry`,
    grantsTable: `certbound-${stage}-grants`,
    auditTable: `certbound-${stage}-audit`,
  }
}

/**
 * Creates the tables in a DynamoDB on this machine, unless they exist.
 *
 * @returns lines with the next steps
 * @throws Complaint if no DynamoDB answers
 */
export async function deployLocally(settings: DeploymentSettings, endpoint: string): Promise<string[]> {
  await requireDynamoDb(endpoint)
  const names = localTableNames(settings)
  await createTables(endpoint, names)
  return [
    `Tables at ${endpoint}: ${Object.values(names).join(', ')}`,
    `Then, once: npm run provision -- --endpoint ${endpoint}`,
  ]
}

/**
 * The URL of a DynamoDB on this machine, from an option or the environment; `undefined` for AWS. If it comes from the environment, a
 * line on standard error shows it.
 *
 * @throws Complaint if the option is empty, for example because of an unset variable, so that it is not taken for AWS
 */
export function localEndpoint(
  { endpoint: option, json = false }: { readonly endpoint?: string | undefined; readonly json?: boolean },
  io: Io,
): string | undefined {
  if (option === '') throw new Complaint('--endpoint must be the URL of a DynamoDB on this machine')
  if (option !== undefined) return option
  const inherited = io.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
  if (inherited === '') {
    showEndpoint(io, json)
    return undefined
  }
  io.err(`the tables are not on AWS but at ${inherited} (AWS_ENDPOINT_URL_DYNAMODB)`)
  return inherited
}

async function requireDynamoDb(endpoint: string): Promise<void> {
  if (!(await listsTables(endpoint))) throw new Complaint(`no DynamoDB answers at ${endpoint}`)
}
