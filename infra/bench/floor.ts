import { Connections } from '../../shared/dynamodb/lean/connections.ts'
import { Signer } from '../../shared/dynamodb/lean/signature.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import type { RecordedCall } from './recorder.ts'

/**
 * The minimal cost of the DynamoDB calls of an issued token and an introspection: equal bytes, signed and sent like those of the lean
 * client, and answers that are not parsed.
 *
 * @param calls those of an issued token and an introspection
 * @returns functions that make the calls, keyed by path. @throws Error if DynamoDB refuses a call
 */
export function floorCalls(
  endpoint: string,
  calls: readonly RecordedCall[],
): Readonly<Record<string, () => Promise<number>>> {
  const bodies = new Map(calls.map(({ operation, body }) => [operation, body]))
  const send = signedCalls(endpoint)
  const put = bodies.get('PutItem') ?? ''
  const [before = '', after = ''] = put.split(/(?<="id":\{"S":")[^"]+/)
  const batchGet = bodies.get('BatchGetItem') ?? ''
  let puts = 0
  return {
    // A put of an existing grant would fail.
    '/put': () => send('PutItem', `${before}floor.${String(puts++).padStart(44, '0')}${after}`),
    '/batch-get': () => send('BatchGetItem', batchGet),
  }
}

/** @returns a function that sends a call and returns the length of its answer */
function signedCalls(url: string): (operation: string, body: string) => Promise<number> {
  const { region, credentials } = LOCAL_DYNAMODB
  const endpoint = new URL(url)
  const [signer, connections] = [new Signer(region), new Connections(endpoint, {})]
  return async (operation, body) => {
    const signed = { host: endpoint.host, target: `DynamoDB_20120810.${operation}`, body }
    const headers = signer.headers(signed, credentials, Date.now())
    const { status, body: answer } = await connections.exchange(headers, body)
    if (status !== 200) throw new Error(`DynamoDB answered ${operation} with ${String(status)}`)
    return answer.length
  }
}
