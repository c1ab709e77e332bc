import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb'
import { LOCAL_DYNAMODB } from '../../infra/tables/tables.ts'
import type { Settings } from '../../shared/runtime/settings.ts'

export type Item = Record<string, unknown>

interface Tables {
  readonly endpoint: string
  readonly settings: Pick<Settings, 'registryTable' | 'grantsTable' | 'auditTable'>
}

/** The tables as they lie there, past the store: to compare them, to tidy them and to damage them. */
export function rawTables({ endpoint, settings: { registryTable, grantsTable, auditTable } }: Tables) {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })

  function table(TableName: string) {
    const get = async (Key: Item): Promise<Item | undefined> =>
      (await document.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item
    /** An attribute that is `undefined` is left out. */
    const put = (Item: Item) => document.send(new PutCommand({ TableName, Item }))
    const remove = (Key: Item) => document.send(new DeleteCommand({ TableName, Key }))

    /** Every item, by its keys. */
    async function scan(): Promise<Item[]> {
      const items: Item[] = []
      let start: Item | undefined
      do {
        const from = start === undefined ? {} : { ExclusiveStartKey: start }
        const answer = await document.send(new ScanCommand({ TableName, ConsistentRead: true, ...from }))
        items.push(...(answer.Items ?? []))
        start = answer.LastEvaluatedKey
      } while (start !== undefined)
      return items.sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1))
    }

    /** Makes the table one that was restored from a backup: it has what the backup has. */
    async function restore(backup: readonly Item[]): Promise<void> {
      for (const { id, pk, sk } of await scan()) await remove({ id, pk, sk })
      for (const item of backup) await put(item)
    }
    return { get, put, remove, scan, restore }
  }
  const [registry, grants, audit] = [table(registryTable), table(grantsTable), table(auditTable)]

  /** All that is stored but records of changes, to be compared with the same later. */
  const everything = async () => [...(await registry.scan()), ...(await grants.scan())]

  /** The items of a client's grants. A note of one of its certificates has a key of four parts. */
  async function grantsOf(service: number, client: number): Promise<Item[]> {
    const prefix = `${String(service)}.${String(client)}.`
    const isGrant = (id: string) => id.startsWith(prefix) && id.split('.').length === 3
    return (await grants.scan()).filter(({ id }) => isGrant(String(id)))
  }

  /** Changes the one grant of a client; an attribute that is `undefined` is taken out. */
  async function tamper(service: number, client: number, change: Item): Promise<void> {
    const [grant, ...more] = await grantsOf(service, client)
    if (grant === undefined || more.length > 0) throw new Error('not one grant')
    await grants.put({ ...grant, ...change })
  }

  /** @param binding what no version of this software writes; `undefined` removes the attribute */
  async function damageBinding(accessDigest: string, binding: unknown): Promise<void> {
    const grant = (await grants.scan()).find((stored) => stored['accessDigest'] === accessDigest)
    if (grant === undefined) throw new Error('no grant has this access token')
    await grants.put({ ...grant, binding })
  }

  /** Removes every grant. The states of the clients stay. */
  async function removeGrants(): Promise<void> {
    for (const { id, stage } of await grants.scan()) if (stage !== undefined) await grants.remove({ id })
  }

  return {
    ...{ document, registry, grants, audit, everything, grantsOf, tamper, damageBinding, removeGrants },
    close: () => client.destroy(),
  }
}

function keyText({ pk, sk, id }: Item): string {
  return [pk, sk, id].join(' ')
}
