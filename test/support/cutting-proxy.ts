import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One request of the SDK on its way to the engine. */
export interface Passing {
  /** `UpdateItem`, `BatchGetItem` and so on. */
  readonly operation: string
  readonly body: Readonly<Record<string, unknown>>
  /** The identifier of a call, in all of its requests: the SDK sends up to three. The lean client repeats only its text. */
  readonly call: string
}

export interface Reply {
  readonly status: number
  readonly body: string
  /** The connection breaks after half of the body. */
  readonly isCutOff?: boolean
}

/** The fate of a request. `forward` gives the engine's answer; `undefined` cuts the connection without any. */
export type Fate = (passing: Passing, forward: () => Promise<Reply>) => Promise<Reply | undefined>

export interface CuttingProxy {
  readonly endpoint: string
  /** Every request since it was emptied last. */
  readonly passed: Passing[]
  fate: Fate
  /** Refuses all connections, also the open ones, as a store that is gone. */
  readonly goAway: () => Promise<void>
  /** Takes connections again, on the same port. */
  readonly comeBack: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * An HTTP proxy on 127.0.0.1 in front of a DynamoDB engine that can lose, delay, refuse and break off requests and answers. It
 * passes all at first.
 */
export async function startCuttingProxy(engine: string): Promise<CuttingProxy> {
  const proxy = { passed: [] as Passing[], fate: pass }
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, response) => {
    const forward = (body: string) => forwarded(incoming, body, engine, agent)
    // A connection that breaks on one side is cut on the other.
    serve(incoming, response, forward, proxy).catch(() => incoming.socket.destroy())
  })
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${port}`,
    goAway,
    comeBack: () => listen(port),
    close: async () => {
      await goAway()
      agent.destroy()
    },
  })
}

export const pass: Fate = (_, forward) => forward()

export const cut: Fate = () => Promise.resolve(undefined)

/** Does every request, and cuts the connection before the answer. */
export const loseAnswer: Fate = async (_, forward) => {
  await forward()
  return undefined
}

/** Does every request, and breaks its answer off in the middle. */
export const cutAnswerOff: Fate = async (_, forward) => ({ ...(await forward()), isCutOff: true })

/** A page of a gateway in place of an answer of DynamoDB. */
export const gatewayPage: Fate = () => Promise.resolve({ status: 502, body: '<html>Bad gateway</html>' })

/** DynamoDB's answer to every request is this exception. */
export function fault(status: number, name: string): Fate {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'planted' })
  return () => Promise.resolve({ status, body })
}

/** Cuts all requests of this operation before they reach the engine, only on this table if one is named. */
export function cutAll(operation: string, table?: string): Fate {
  return async (passing, forward) => (concerns(passing, operation, table) ? undefined : forward())
}

/** The n-th next call, counted from 1, has this fate, with all requests by which the SDK tries it. All others pass. */
export function atCall(n: number, fate: Fate): Fate {
  return byCall((number) => (number === n ? fate : pass))
}

/** The n-th next call and all later ones have this fate: for `cut` as if the process ended before its n-th call. */
export function fromCall(n: number, fate: Fate): Fate {
  return byCall((number) => (number < n ? pass : fate))
}

/** Only the first request of each call has this fate: when the SDK sends it again, it passes. */
export function onlyFirst(fate: Fate): Fate {
  const met = new Set<string>()
  return (passing, forward) => {
    if (met.has(passing.call)) return forward()
    met.add(passing.call)
    return fate(passing, forward)
  }
}

/** The first request of each call. */
export function callsOf(passed: readonly Passing[]): Passing[] {
  return passed.filter(({ call }, index) => passed.findIndex((other) => other.call === call) === index)
}

function byCall(fateOf: (number: number) => Fate): Fate {
  const calls: string[] = []
  return (passing, forward) => {
    if (!calls.includes(passing.call)) calls.push(passing.call)
    return fateOf(calls.indexOf(passing.call) + 1)(passing, forward)
  }
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
    if (met || !concerns(passing, operation, undefined)) return forward()
    met = true
    return fate(forward)
  }
}

/** Records of changes are written beside what they are about, so only a named table may be theirs. */
function concerns({ operation, body }: Passing, wanted: string, table: string | undefined): boolean {
  const named = String(body['TableName'])
  return operation === wanted && (table === undefined ? !named.startsWith('audit') : named === table)
}

/** @param forward sends this body to the engine */
async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  forward: (body: string) => Promise<Reply>,
  proxy: { readonly passed: Passing[]; readonly fate: Fate },
): Promise<void> {
  const sent = await text(incoming)
  const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? ''
  const call = String(incoming.headers['amz-sdk-invocation-id'] ?? sent)
  const passing = { operation, body: JSON.parse(sent) as Passing['body'], call }
  proxy.passed.push(passing)
  const reply = await proxy.fate(passing, () => forward(sent))
  if (reply === undefined) {
    incoming.socket.destroy()
    return
  }
  const { status, body, isCutOff } = reply
  const length = { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...length })
  if (isCutOff !== true) response.end(body)
  else response.write(body.slice(0, body.length / 2), () => incoming.socket.destroy())
}

const KEPT_HEADERS = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target']

async function forwarded(
  { headers: sent }: IncomingMessage,
  body: string,
  engine: string,
  agent: Agent,
): Promise<Reply> {
  const kept = KEPT_HEADERS.map((name) => [name, String(sent[name])] as [string, string])
  const headers = { ...Object.fromEntries(kept), 'content-length': Buffer.byteLength(body) }
  const sending = request(engine, { method: 'POST', headers, agent }).end(body)
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}
