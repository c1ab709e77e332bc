import { Agent as PlainAgent, type IncomingHttpHeaders, request as plainRequest } from 'node:http'
import { Agent, type AgentOptions, request as tlsRequest, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { routeMatcher } from '../../infra/emulator/edge/route-match.ts'
import { ROUTES } from '../../infra/deployed-routes.ts'
import { REQUEST_TIMEOUT_MILLISECONDS } from '../../shared/dynamodb/dynamodb.ts'
import { withoutSlash } from '../../shared/lambda/path-match.ts'
import type { Route } from '../../shared/lambda/route.ts'
import { faultIn, faultInCode } from '../support/checked-answers.ts'
import type { Received } from '../support/gateway.ts'
import type { Report } from './report.ts'
import type { StoreOutages } from './store-outages.ts'

export interface Asked {
  /** The identity that the connection presents; `undefined` presents none. */
  readonly as: string | undefined
  /** The domain: with mutual TLS by default. */
  readonly on?: 'mutual TLS' | 'plain'
  /** The kind under which the report counts the request. */
  readonly kind: string
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer | undefined
  /** The gateway itself may refuse it, before any function, or end the connection. */
  readonly gateway?: boolean
  /** A connection of its own. */
  readonly connection?: Socket
}

interface Surroundings {
  readonly mtlsPort: number
  readonly plainPort: number
  /** Certificate, key and CA by the name of the identity. */
  readonly identity: (name: string | undefined) => AgentOptions
  readonly report: Report
  readonly outages: StoreOutages
}

const PATIENCE_MILLISECONDS = 60_000
const GATEWAY_STATUSES = [400, 403, 404, 405, 408, 413, 431]
const CONNECTIONS = 8

const match = routeMatcher(
  new Map(Object.keys(ROUTES).map((template) => [template, () => Promise.reject(new Error(template))])),
)

/** Sends requests, checks that each answer is documented, and counts them. The status 0 means that there was no answer. */
export function openSender({ mtlsPort, plainPort, identity, report, outages }: Surroundings) {
  const agents = new Map<string | undefined, Agent>()
  const plainAgent = new PlainAgent({ keepAlive: true, maxSockets: CONNECTIONS })
  const agentOf = (name: string | undefined) => {
    const known =
      agents.get(name) ?? new Agent({ ...identity(name), keepAlive: true, maxSockets: CONNECTIONS })
    agents.set(name, known)
    return known
  }

  async function send(asked: Asked): Promise<Received> {
    const { on, as, connection } = asked
    const isPlain = on === 'plain'
    const usual = isPlain ? plainAgent : agentOf(as)
    const over = connection === undefined ? { agent: usual } : { createConnection: () => connection }
    const port = isPlain ? plainPort : mtlsPort
    const sent = performance.now()
    const exchanged = await exchange(asked, { ...over, port, host: '127.0.0.1' }, isPlain)
    const answered = performance.now()
    const milliseconds = answered - sent
    // On a machine that is too busy the store may not answer in time.
    const isAway = outages.overlap({ sent, answered }) || milliseconds > REQUEST_TIMEOUT_MILLISECONDS
    judgeAnswer(asked, exchanged, isAway, milliseconds)
    return { ...exchanged, headers: exchanged.headers as Record<string, string> }
  }

  function judgeAnswer(asked: Asked, exchanged: Exchanged, isAway: boolean, milliseconds: number): void {
    const { method = 'POST', path } = asked
    report.request(asked.kind, labelOf(exchanged), milliseconds)
    const wrong = faultOf(asked, exchanged, isAway)
    if (wrong !== undefined) {
      report.fault('undocumented answer', `${asked.kind}: ${method} ${path}: ${labelOf(exchanged)}: ${wrong}`)
    }
    if (isAway && exchanged.status === 503) report.unavailable++
  }

  const close = () => {
    for (const agent of [plainAgent, ...agents.values()]) agent.destroy()
  }
  return { send, close }
}

export type Send = ReturnType<typeof openSender>['send']

interface Exchanged {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: Record<string, unknown>
  /** The connection had been used before, and the server ended it at the same moment. */
  readonly isLost: boolean
}

/** Connections with an answer. The server may end one while the next request is on its way. */
const served = new WeakSet<Socket>()
const isUsed = (socket: Socket | null) => socket !== null && served.has(socket)

function exchange(
  { method = 'POST', path, headers = {}, body }: Asked,
  options: RequestOptions,
  isPlain: boolean,
): Promise<Exchanged> {
  // By DELETE and OPTIONS Node would send the body without any, and the server would take it for the next request.
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    const end = (status: number, answer: string, answered: IncomingHttpHeaders, isLost: boolean) =>
      resolve({ status, text: answer, headers: answered, isLost, json: objectIn(answer) })
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS)
    const request = (isPlain ? plainRequest : tlsRequest)(
      { ...options, method, path, headers: { ...(headers as Record<string, string>), ...length }, signal },
      (response) => {
        served.add(response.socket)
        text(response).then(
          (answer) => end(response.statusCode ?? 0, answer, response.headers, false),
          () => end(0, '', {}, false),
        )
      },
    )
    request.once('error', () => end(0, '', {}, isUsed(request.socket) && !signal.aborted))
    request.end(body)
  })
}

function faultOf(asked: Asked, exchanged: Exchanged, isAway: boolean): string | undefined {
  const { status, headers, text: body, json } = exchanged
  const isByGateway = asked.gateway === true
  if (status === 0) return isByGateway || exchanged.isLost ? undefined : 'no answer'
  if (status >= 500 && status !== 503) return body
  if (status === 503 || json['action'] === 'INTERNAL_SERVER_ERROR') return isAway ? undefined : body
  const route = routeOf(asked.path)
  if (isByGateway && GATEWAY_STATUSES.includes(status) && json['message'] !== undefined) return undefined
  if (isByGateway && [400, 408, 431].includes(status) && body === '') return undefined
  if (route === undefined) return 'there is no such route'
  const result = {
    statusCode: status,
    headers: headers as Record<string, string>,
    body,
    isBase64Encoded: false as const,
  }
  return faultIn(result, route) ?? faultInCode(result, route)
}

/** The route of a target as the functions see it: a slash at the end of a management path does not matter. */
export function routeOf(target: string): Route | undefined {
  const found = match(target.split('?', 1)[0] ?? '')
  if (found === undefined) return undefined
  const { template: route, pathParameters = {} } = found
  return ROUTES[withoutSlash({ route, pathParameters }, ROUTES).route]
}

function labelOf({ status, json }: Exchanged): string {
  const code = json['resultCode'] ?? json['error']
  return `${status === 0 ? 'none' : String(status)}${typeof code === 'string' ? ` ${code}` : ''}`
}

function objectIn(body: string): Record<string, unknown> {
  if (!body.startsWith('{')) return {}
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
