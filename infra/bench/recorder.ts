import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { listen } from '../connections/listen.ts'

/** A call of a client to DynamoDB. */
export interface RecordedCall {
  readonly operation: string
  /** The body that the client sent. */
  readonly body: string
  /** The capacity units that the engine counts; 0 for a refused call. */
  readonly units: number
}

export interface Recorder {
  readonly endpoint: string
  /** The calls, in the order of their answers. */
  readonly calls: readonly RecordedCall[]
  readonly close: () => Promise<void>
}

/** Forwards the calls of a client to an engine on this machine, which does not check signatures, and requests the capacity units. */
export async function startRecorder(engine: string): Promise<Recorder> {
  const calls: RecordedCall[] = []
  const pass = async (asked: IncomingMessage, response: ServerResponse) => {
    const body = await text(asked)
    const answer = await send(engine, asked, body)
    const bytes = await buffer(answer)
    const operation = String(asked.headers['x-amz-target']).replace(/.*[.]/, '')
    calls.push({ operation, body, units: unitsIn(bytes) })
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(bytes)
  }
  const server = createServer((asked, response) => {
    pass(asked, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const { port, close } = await listen(server)
  return { endpoint: `http://127.0.0.1:${port}`, calls, close }
}

function send(engine: string, { headers }: IncomingMessage, body: string): Promise<IncomingMessage> {
  const counted = JSON.stringify({ ...(JSON.parse(body) as object), ReturnConsumedCapacity: 'TOTAL' })
  const changed = { ...headers, 'content-length': Buffer.byteLength(counted) }
  return new Promise((resolve, reject) => {
    const sent = request(engine, { method: 'POST', headers: changed }, resolve)
    sent.once('error', reject)
    sent.end(counted)
  })
}

interface Consumed {
  readonly CapacityUnits: number
}

/** The capacity units of an answer. A batch has an entry for each table. */
function unitsIn(answer: Buffer): number {
  const { ConsumedCapacity = [] } = JSON.parse(answer.toString()) as {
    readonly ConsumedCapacity?: Consumed | readonly Consumed[]
  }
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0)
}
