import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import type { Settings } from '../../../shared/settings.ts'
import { type CuttingProxy, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { type FixedRuntime, fixedRuntime } from '../../support/fixed-runtime.ts'

/** Known once the engine has been started, before the first test. */
export interface Engine {
  endpoint: string
}

export type Item = Record<string, unknown>

export interface StoreUnderTest {
  readonly runtime: FixedRuntime
  /** Between the runtime and the engine. */
  readonly proxy: CuttingProxy
  /** As another process of the deployment: the same tables, a cache and a clock of its own, past the proxy. */
  readonly rival: FixedRuntime
  /** What really lies in the tables. */
  readonly raw: ReturnType<typeof rawTables>
  readonly close: () => Promise<void>
}

let opened = 0

/** A store over two fresh tables of the engine. */
export async function openStoreUnderTest(
  { endpoint }: Engine,
  settings: Partial<Settings> = {},
): Promise<StoreUnderTest> {
  opened += 1
  const all = { registryTable: `registry-${opened}`, grantsTable: `grants-${opened}`, ...settings }
  const proxy = await startCuttingProxy(endpoint)
  const runtime = await fixedRuntime(all, proxy)
  const rival = await fixedRuntime(all, { endpoint, close: () => Promise.resolve() })
  const raw = rawTables(endpoint)
  const close = async () => {
    raw.close()
    await rival.close()
    await runtime.close()
  }
  return { runtime, proxy, rival, raw, close }
}

function rawTables(endpoint: string) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint }))
  return {
    client,
    get: async (TableName: string, Key: Item): Promise<Item | undefined> =>
      (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item,
    put: async (TableName: string, Item: Item): Promise<void> => {
      await client.send(new PutCommand({ TableName, Item }))
    },
    remove: async (TableName: string, Key: Item): Promise<void> => {
      await client.send(new DeleteCommand({ TableName, Key }))
    },
    scan: async (TableName: string): Promise<Item[]> =>
      (await client.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [],
    close: () => client.destroy(),
  }
}

/** The grants table's item of a grant or, without `grantId`, of a client's state. */
export function grantItem(
  { raw, runtime }: StoreUnderTest,
  { service, client, grantId }: { service: number; client: number; grantId?: string },
): Promise<Item | undefined> {
  const parts = [service, client, ...(grantId === undefined ? [] : [grantId])]
  return raw.get(runtime.settings.grantsTable, { id: parts.join('.') })
}
