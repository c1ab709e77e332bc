import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { LOCAL_DYNAMODB } from '../../tables/tables.ts'

export const ADAPTERS = ['memory', 'DynamoDB'] as const
export type AdapterName = (typeof ADAPTERS)[number]

/** The methods of oidc-provider's adapters that client credentials and introspection use. */
interface Adapter {
  readonly upsert: (id: string, payload: object, expiresIn?: number) => Promise<void>
  readonly find: (id: string) => Promise<object | undefined>
  readonly consume: (id: string) => Promise<void>
  readonly destroy: (id: string) => Promise<void>
}

/** Makes the adapter of a kind of object. */
export type Adapters = (model: string) => Adapter

/** An adapter in memory. oidc-provider's own keeps only 1,000 objects, so the introspected token would soon be lost. */
export function inMemory(): Adapters {
  const kept = new Map<string, object>()
  return (model) => ({
    upsert: (id, payload) => {
      kept.set(`${model}:${id}`, payload)
      return Promise.resolve()
    },
    find: (id) => Promise.resolve(kept.get(`${model}:${id}`)),
    consume: () => Promise.resolve(),
    destroy: (id) => {
      kept.delete(`${model}:${id}`)
      return Promise.resolve()
    },
  })
}

const TableName = 'oidc-provider'

/** An adapter on DynamoDB: an item for each object, read with strong consistency as in certbound. */
export async function onDynamoDb(endpoint: string): Promise<Adapters> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  await createTable(client)
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  return (model) => {
    const keyOf = (id: string) => ({ TableName, Key: { id: `${model}:${id}` } })
    return {
      upsert: async (id, payload, expiresIn = 0) => {
        const ttl = Math.floor(Date.now() / 1000) + expiresIn
        await documents.send(new PutCommand({ TableName, Item: { ...keyOf(id).Key, payload, ttl } }))
      },
      find: async (id) => {
        const { Item } = await documents.send(new GetCommand({ ...keyOf(id), ConsistentRead: true }))
        return Item?.['payload'] as object | undefined
      },
      consume: async (id) => {
        const consumed = Math.floor(Date.now() / 1000)
        const change = {
          UpdateExpression: 'SET payload.consumed = :at',
          ExpressionAttributeValues: { ':at': consumed },
        }
        await documents.send(new UpdateCommand({ ...keyOf(id), ...change }))
      },
      destroy: async (id) => {
        await documents.send(new DeleteCommand(keyOf(id)))
      },
    }
  }
}

async function createTable(client: DynamoDBClient): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.1, maxDelay: 1 }, { TableName })
}
