import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb'

/** DynamoDB on this machine takes any credentials, but Amazon's wants letters and digits only. */
export const LOCAL_DYNAMODB = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
}

/** What the SDK of a deployed function reads from its environment. */
export function localAws(endpoint: string) {
  const { region, credentials } = LOCAL_DYNAMODB
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  }
}

/** The two tables of architecture, section 3, as in `infra/aws/template/tables.yml`. Tables that are there stay as they are. */
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
