import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { LOCAL_DYNAMODB } from '../../infra/tables/tables.ts'
import type { FixedRuntime } from './fixed-runtime.ts'

type Item = Record<string, unknown>

/** The tables of a runtime as they lie there, past the store. */
export function rawTables({ endpoint, settings }: FixedRuntime) {
  const document = DynamoDBDocumentClient.from(new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint }))

  async function scan(TableName: string): Promise<Item[]> {
    const { Items = [] } = await document.send(new ScanCommand({ TableName, ConsistentRead: true }))
    return Items
  }

  const everything = async () => [
    ...(await scan(settings.registryTable)),
    ...(await scan(settings.grantsTable)),
  ]

  /** The items of a client's grants. */
  async function grantsOf(service: number, client: number): Promise<Item[]> {
    const prefix = `${String(service)}.${String(client)}.`
    return (await scan(settings.grantsTable)).filter(({ id }) => String(id).startsWith(prefix))
  }

  /** Changes the one grant of a client behind the store's back; an attribute that is `undefined` is taken out. */
  async function tamper(service: number, client: number, change: Item): Promise<void> {
    const [grant, ...more] = await grantsOf(service, client)
    if (grant === undefined || more.length > 0) throw new Error('not one grant')
    const present = Object.entries({ ...grant, ...change }).filter(([, value]) => value !== undefined)
    const Item = Object.fromEntries(present)
    await document.send(new PutCommand({ TableName: settings.grantsTable, Item }))
  }

  return { everything, grantsOf, tamper, close: () => document.destroy() }
}
