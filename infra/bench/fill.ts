import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { listing } from '../../shared/store/listing.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import type { RecordedCall } from './recorder.ts'

const BATCH = 25
const BATCHES_AT_ONCE = 4
/** The tokens that a subject has at the client. */
export const TOKENS_OF_SUBJECT = 2

interface Put {
  readonly TableName: string
  readonly Item: Readonly<Record<string, { readonly S?: string }>>
}

/** Makes the items of copy number `i`. */
export type Copy = (i: number) => readonly Put[]

/** Copies of a subject's token at a client. Two each have the same subject. @param issued the write of the token */
export function copiesOfToken(service: number, client: number, { body }: RecordedCall): Copy {
  const { TableName, Item } = JSON.parse(body) as Put
  return (i) => {
    const grantId = `copy${String(i).padStart(18, '0')}`
    const subject = `subject-${Math.floor(i / TOKENS_OF_SUBJECT)}`
    const { holder, held } = listing({ service, client, grantId, subject })
    const id = (Item['id']?.S ?? '').replace(/[^.]+$/, grantId)
    return [{ TableName, Item: { ...Item, id: { S: id }, holder: { S: holder }, held: { S: held } } }]
  }
}

/** Copies of a client: its record and its state. @param created the writes */
export function copiesOfClient(client: number, created: readonly RecordedCall[]): Copy {
  return (i) =>
    created.map(({ body }) => JSON.parse(body.replaceAll(String(client), String(10 ** 13 + i))) as Put)
}

/** Stores the copies from number `from` to number `to`. */
export async function fill(endpoint: string, copy: Copy, from: number, to: number): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  let next = from
  const write = async () => {
    while (next < to) {
      const first = next
      next += Math.floor(BATCH / copy(0).length)
      await writeBatch(client, copy, first, Math.min(next, to))
    }
  }
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, write))
  client.destroy()
}

async function writeBatch(client: DynamoDBClient, copy: Copy, from: number, to: number): Promise<void> {
  const puts = Array.from({ length: to - from }, (_, i) => copy(from + i)).flat()
  const RequestItems: Record<string, { PutRequest: { Item: Put['Item'] } }[]> = {}
  for (const { TableName, Item } of puts) (RequestItems[TableName] ??= []).push({ PutRequest: { Item } })
  const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }))
  if (Object.keys(UnprocessedItems).length > 0) throw new Error('DynamoDB has not stored all copies')
}
