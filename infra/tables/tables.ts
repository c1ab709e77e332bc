import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type KeySchemaElement,
  ListTablesCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'

const RESOURCE = { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
const PROPERTIES = {
  BillingMode: 'PAY_PER_REQUEST',
  DeletionProtectionEnabled: true,
  SSESpecification: { SSEEnabled: true },
  TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
} as const
/** A sparse index with keys only, for lists and for revoking many tokens (docs/store.md). Decisions about tokens do not use it. */
const LISTING = {
  IndexName: 'listing',
  KeySchema: keys('holder', 'held'),
  Projection: { ProjectionType: 'KEYS_ONLY' },
} as const

/** A table with a partition and a sort key, which can be restored to any time of the last 35 days. */
const RESTORABLE = {
  ...PROPERTIES,
  AttributeDefinitions: texts('pk', 'sk'),
  KeySchema: keys('pk', 'sk'),
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
}

/** The tables as resources of CloudFormation (architecture, section 3). */
export const TABLES = {
  /** Services, clients, aliases and signing keys. */
  RegistryTable: { ...RESOURCE, Properties: RESTORABLE },
  /**
   * Grants from ticket to tokens, and the state of each client. There is no point-in-time recovery, because a restored table
   * would revive revoked tokens.
   */
  GrantsTable: {
    ...RESOURCE,
    Properties: {
      ...PROPERTIES,
      AttributeDefinitions: texts('id', 'holder', 'held'),
      KeySchema: keys('id'),
      GlobalSecondaryIndexes: [LISTING],
    },
  },
  /** Records of changes, which outlive what they are about. */
  AuditTable: { ...RESOURCE, Properties: RESTORABLE },
}

function texts(...names: readonly string[]): AttributeDefinition[] {
  return names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }))
}

function keys(...names: readonly string[]): KeySchemaElement[] {
  return names.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' }))
}

/** The credentials for a DynamoDB on this machine. It accepts any; DynamoDB Local requires letters and digits. */
export const LOCAL_DYNAMODB = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
}

/** The environment variables that the AWS SDK of a deployed function reads. */
export function localAws(endpoint: string) {
  const { region, credentials } = LOCAL_DYNAMODB
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  }
}

/** Whether a DynamoDB on this machine answers. */
export async function listsTables(endpoint: string): Promise<boolean> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint, maxAttempts: 1 })
  const listed = client.send(new ListTablesCommand({})).then(
    () => true,
    () => false,
  )
  return listed.finally(() => client.destroy())
}

/** Makes the tables in a DynamoDB on this machine. Existing tables stay as they are. */
export async function createTables(
  endpoint: string,
  { registryTable, grantsTable, auditTable }: TableNames,
): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  await createTable(client, registryTable, TABLES.RegistryTable.Properties)
  await createTable(client, grantsTable, TABLES.GrantsTable.Properties)
  await createTable(client, auditTable, TABLES.AuditTable.Properties)
  client.destroy()
}

export interface TableNames {
  readonly registryTable: string
  readonly grantsTable: string
  readonly auditTable: string
}

async function createTable(
  client: DynamoDBClient,
  TableName: string,
  { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }: Keyed,
): Promise<void> {
  const keyed = { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }
  try {
    await client.send(new CreateTableCommand({ TableName, ...keyed }))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  // A table accepts no items until it is active.
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.1, maxDelay: 1 }, { TableName })
}

type Keyed = Pick<
  CreateTableCommandInput,
  'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes' | 'BillingMode'
>
