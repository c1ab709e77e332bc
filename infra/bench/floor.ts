import { Connections } from '../../shared/dynamodb/lean/connections.ts'
import { Signer } from '../../shared/dynamodb/lean/signature.ts'
import { localRuntime } from '../emulator/local-runtime.ts'
import type { Seeded } from '../emulator/site/seed.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import { callsOver } from './calls.ts'
import { casesOf } from './cases.ts'
import { startRecorder } from './recorder.ts'

/** A call to DynamoDB. */
export interface FloorCall {
  readonly operation: 'PutItem' | 'BatchGetItem'
  /** The JSON text of its input. */
  readonly body: string
}

/**
 * Makes the calls of an issued token and an introspection, as a separate runtime has sent them.
 *
 * @param endpoint that of DynamoDB without TLS
 * @param certificate PEM of the client's certificate
 */
export async function floorCalls(endpoint: string, opaque: Seeded, certificate: string) {
  const recorder = await startRecorder(endpoint)
  const runtime = await localRuntime(recorder.endpoint, opaque.serviceId, { LOG_LEVEL: 'silent' })
  const callOf = callsOver(runtime, { opaque }, certificate)
  for (const one of await casesOf({ opaque }, (one) => callOf(one)())) await callOf(one)()
  runtime.store.close()
  await recorder.close()
  const bodies = new Map(recorder.calls.map(({ operation, body }) => [operation, body]))
  const [before = '', after = ''] = (bodies.get('PutItem') ?? '').split(/(?<="id":\{"S":")[^"]+/)
  const batchGet = bodies.get('BatchGetItem') ?? ''
  let puts = 0
  return {
    // A put of an existing grant would fail.
    put: (): FloorCall => ({
      operation: 'PutItem',
      body: `${before}floor.${String(puts++).padStart(44, '0')}${after}`,
    }),
    batchGet: (): FloorCall => ({ operation: 'BatchGetItem', body: batchGet }),
  }
}

/**
 * The minimal cost of a call: equal bytes, signed and sent like those of the lean client, and an answer that is not parsed.
 *
 * @returns a function that sends a call and returns the length of its answer. @throws Error if DynamoDB refuses a call
 */
export function signedCalls(url: string): (call: FloorCall) => Promise<number> {
  const { region, credentials } = LOCAL_DYNAMODB
  const endpoint = new URL(url)
  const [signer, connections] = [new Signer(region), new Connections(endpoint, {}, Date.now)]
  return async ({ operation, body }) => {
    const signed = { host: endpoint.host, target: `DynamoDB_20120810.${operation}`, body }
    const headers = signer.headers(signed, credentials, Date.now())
    const { status, body: answer } = await connections.exchange(headers, body)
    if (status !== 200) throw new Error(`DynamoDB answered ${operation} with ${String(status)}`)
    return answer.length
  }
}
