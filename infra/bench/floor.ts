import { Connections } from '../../shared/dynamodb/lean/connections.ts'
import { Signer } from '../../shared/dynamodb/lean/signature.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import type { RecordedCall } from './recorder.ts'

/**
 * The least that the DynamoDB calls of an issued token and of an introspection cost: the same bytes, signed and sent as the lean client
 * does it, and answers that nobody parses.
 *
 * @param calls of an issued token and of an introspection
 * @returns by path, what makes the call. @throws Error when DynamoDB refuses it
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
    // A put of a grant that exists would fail.
    '/put': () => send('PutItem', `${before}floor.${String(puts++).padStart(44, '0')}${after}`),
    '/batch-get': () => send('BatchGetItem', batchGet),
  }
}

/** @returns what sends one call and returns the length of its answer */
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
