import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One request of the SDK on its way to the engine. */
export interface Passing {
  /** `UpdateItem`, `BatchGetItem` and so on. */
  readonly operation: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status: number
  readonly body: string
}

/** What becomes of a request. `forward` gives the engine's answer; `undefined` cuts the connection without any. */
export type Fate = (passing: Passing, forward: () => Promise<Reply>) => Promise<Reply | undefined>

export interface CuttingProxy {
  readonly endpoint: string
  /** Every request since it was emptied last. */
  readonly passed: Passing[]
  fate: Fate
  readonly close: () => Promise<void>
}

/** An HTTP proxy on 127.0.0.1 in front of a DynamoDB engine that can lose requests and answers. It passes all at first. */
export async function startCuttingProxy(engine: string): Promise<CuttingProxy> {
  const proxy = { passed: [] as Passing[], fate: pass }
  const server = createServer((request, response) => void serve(request, response, engine, proxy))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${port}`, close })
}

export const pass: Fate = (_, forward) => forward()

export const cut: Fate = () => Promise.resolve(undefined)

/** DynamoDB's answer to every request is this exception. */
export function fault(status: number, name: string): Fate {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'planted' })
  return () => Promise.resolve({ status, body })
}

/** Cuts all requests of this operation before they reach the engine, only on this table if one is named. */
export function cutAll(operation: string, table?: string): Fate {
  return async (passing, forward) => (concerns(passing, operation, table) ? undefined : forward())
}

/** Every request of this operation is done by the engine, but its first answer is lost. */
export function loseFirstAnswers(operation: string): Fate {
  const lost = new Set<string>()
  return async (passing, forward) => {
    const reply = await forward()
    const request = JSON.stringify(passing)
    if (passing.operation !== operation || lost.has(request)) return reply
    lost.add(request)
    return undefined
  }
}

/** The first request of this operation is done by the engine, then `meanwhile` happens, and its answer is lost. */
export function loseFirstAnswer(operation: string, meanwhile: () => Promise<unknown>): Fate {
  return first(operation, async (forward) => {
    await forward()
    await meanwhile()
    return undefined
  })
}

/** The first request of this operation never reaches the engine. `meanwhile` happens before it is sent again. */
export function loseFirstRequest(operation: string, meanwhile: () => Promise<unknown>): Fate {
  return first(operation, async () => {
    await meanwhile()
    return undefined
  })
}

/** `meanwhile` happens before the first request of this operation reaches the engine. */
export function delayFirstRequest(operation: string, meanwhile: () => Promise<unknown>): Fate {
  return first(operation, async (forward) => {
    await meanwhile()
    return forward()
  })
}

/** Between the engine's answer to the first request of this operation and its arrival, `meanwhile` happens. */
export function delayFirstAnswer(operation: string, meanwhile: () => Promise<unknown>): Fate {
  return first(operation, async (forward) => {
    const reply = await forward()
    await meanwhile()
    return reply
  })
}

function first(operation: string, fate: (forward: () => Promise<Reply>) => Promise<Reply | undefined>): Fate {
  let met = false
  return (passing, forward) => {
    if (met || passing.operation !== operation) return forward()
    met = true
    return fate(forward)
  }
}

function concerns({ operation, body }: Passing, wanted: string, table: string | undefined): boolean {
  return operation === wanted && (table === undefined || body['TableName'] === table)
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  engine: string,
  proxy: { readonly passed: Passing[]; readonly fate: Fate },
): Promise<void> {
  const sent = await text(request)
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  const passing = { operation, body: JSON.parse(sent) as Passing['body'] }
  proxy.passed.push(passing)
  const reply = await proxy.fate(passing, () => forwarded(request, sent, engine))
  if (reply === undefined) {
    request.socket.destroy()
    return
  }
  response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' }).end(reply.body)
}

const KEPT_HEADERS = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target']

async function forwarded(request: IncomingMessage, body: string, engine: string): Promise<Reply> {
  const headers = KEPT_HEADERS.map((name) => [name, String(request.headers[name])] as [string, string])
  const response = await fetch(engine, { method: 'POST', headers, body })
  return { status: response.status, body: await response.text() }
}
