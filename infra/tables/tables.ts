import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type KeySchemaElement,
  ListTablesCommand,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb'

/** A DynamoDB on this machine takes any credentials; DynamoDB Local takes only letters and digits. */
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

/** The two tables of `infra/aws/template/tables.yml` (architecture, section 3). Existing tables stay as they are. */
export async function createTables(
  endpoint: string,
  registryTable: string,
  grantsTable: string,
): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  await createTable(client, {
    TableName: registryTable,
    AttributeDefinitions: texts('pk', 'sk'),
    KeySchema: keys('pk', 'sk'),
  })
  await createTable(client, {
    TableName: grantsTable,
    AttributeDefinitions: texts('id', 'holder', 'held'),
    KeySchema: keys('id'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'listing',
        KeySchema: keys('holder', 'held'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  })
  client.destroy()
}

function texts(...names: readonly string[]): CreateTableCommandInput['AttributeDefinitions'] {
  return names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }))
}

function keys(...names: readonly string[]): KeySchemaElement[] {
  return names.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' }))
}

async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
}
