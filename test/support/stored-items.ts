import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { LOCAL_DYNAMODB } from '../../infra/tables/tables.ts'
import type { FixedRuntime } from './fixed-runtime.ts'

type Item = Record<string, unknown>

/** The two tables as they lie there, past the store: to compare them, to tidy them and to damage them. */
export function openStoredItems({ endpoint, settings }: FixedRuntime) {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })

  /** Every item of the table, by its keys. */
  async function scan(TableName: string): Promise<Item[]> {
    const items: Item[] = []
    let ExclusiveStartKey: Item | undefined
    do {
      const answer = await document.send(
        new ScanCommand({ TableName, ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }) }),
      )
      items.push(...(answer.Items ?? []))
      ExclusiveStartKey = answer.LastEvaluatedKey
    } while (ExclusiveStartKey !== undefined)
    return items.sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1))
  }

  /** All that is stored, to be compared with the same later. */
  async function all(): Promise<Item[]> {
    return [...(await scan(settings.registryTable)), ...(await scan(settings.grantsTable))]
  }

  /** As a table that was restored from a backup: what the backup has, and nothing else. */
  async function restore(TableName: string, backup: readonly Item[]): Promise<void> {
    for (const { id, pk, sk } of await scan(TableName)) {
      const Key = id === undefined ? { pk, sk } : { id }
      await document.send(new DeleteCommand({ TableName, Key }))
    }
    for (const Item of backup) await document.send(new PutCommand({ TableName, Item }))
  }

  /** Removes every grant. The states of the clients stay. */
  async function removeGrants(): Promise<void> {
    const grants = (await scan(settings.grantsTable)).filter(({ stage }) => stage !== undefined)
    for (const { id } of grants) {
      await document.send(new DeleteCommand({ TableName: settings.grantsTable, Key: { id } }))
    }
  }

  /** @param binding what no version of this software writes; `undefined` removes the attribute */
  async function damageBinding(accessDigest: string, binding: unknown): Promise<void> {
    const item = (await scan(settings.grantsTable)).find((stored) => stored['accessDigest'] === accessDigest)
    if (item === undefined) throw new Error('no grant has this access token')
    await document.send(new PutCommand({ TableName: settings.grantsTable, Item: { ...item, binding } }))
  }

  return { all, scan, restore, removeGrants, damageBinding, close: () => client.destroy() }
}

function keyText({ pk, sk, id }: Item): string {
  return [pk, sk, id].join(' ')
}
