import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb'

/** DynamoDB on this machine takes any credentials, but Amazon's wants letters and digits only. */
export const LOCAL_DYNAMODB = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
}

/** The two tables of design section 3, as in `infra/tables.yml`. Tables that are there stay as they are. */
export async function createTables(
  endpoint: string,
  registryTable: string,
  grantsTable: string,
): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  await createTable(client, registryTable, ['pk', 'sk'])
  await createTable(client, grantsTable, ['id'])
  client.destroy()
}

async function createTable(client: DynamoDBClient, name: string, keys: readonly string[]): Promise<void> {
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keys.map((key, i) => ({ AttributeName: key, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
  })
  try {
    await client.send(command)
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
}
