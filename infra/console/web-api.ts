import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import type OPEN_API from '../../docs/openapi.json'
import { isJsonObject, parseJson } from '../../shared/json.ts'
import { Complaint } from '../command.ts'

/** The credential for the Web API. It is never sent to a browser. */
export type Credential =
  | { readonly kind: 'service'; readonly serviceId: string; readonly token: string }
  | { readonly kind: 'organization'; readonly token: string }

type Paths = typeof OPEN_API.paths
type Offer<Method extends string> = {
  [Path in keyof Paths]: Paths[Path] extends Readonly<Record<Method, object>> ? Path : never
}[keyof Paths]
type FilledPath<Path> = Path extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${FilledPath<After>}`
  : Path
type Below<Root extends string, Path> = Path extends `${Root}${infer Rest}` ? Rest : never

/** A path of the OpenAPI file for a method: in version 3 below the service, or below `/api` if it concerns the deployment. */
export type ApiPath<Method extends string = 'post'> = FilledPath<
  Below<'/api/{serviceId}', Offer<Method>> | Below<'/api', Extract<Offer<Method>, `/api/service/${string}`>>
>

export type Members = Readonly<Record<string, unknown>>

export interface ApiAnswer {
  readonly status: number
  /** The version of the record in the answer. It is absent if the deployment sends none. */
  readonly etag: string | undefined
  readonly json: Members
}

/** Calls of the Web API, version 3. A path begins after `/api/{serviceId}` if there is a service. They reject with ApiUnreachable. */
export interface WebApi {
  readonly get: (path: ApiPath<'get'>, query?: Readonly<Record<string, string>>) => Promise<ApiAnswer>
  /** @param ifMatch the `etag` of the record that was read */
  readonly post: (path: ApiPath, body: object, ifMatch?: string) => Promise<ApiAnswer>
  readonly delete: (path: ApiPath<'delete'>) => Promise<ApiAnswer>
}

/** The Web API did not answer. The message contains nothing from the request. */
export class ApiUnreachable extends Error {
  /** Whether the call may have changed something. */
  readonly isChange: boolean

  constructor(message: string, isChange: boolean) {
    super(message)
    this.isChange = isChange
  }
}

/** The Web API refused a call that the console made for a page. */
export class ApiProblem extends Error {
  readonly answer: ApiAnswer

  constructor(answer: ApiAnswer) {
    super(`the Web API answered ${answer.status}`)
    this.answer = answer
  }
}

/** @returns the members of the answer @throws ApiProblem unless the call succeeded */
export function requireDone(answer: ApiAnswer): Members {
  if (answer.status >= 300) throw new ApiProblem(answer)
  return answer.json
}

/** The message of an answer, which names what the Web API refuses. */
export function messageOf({ json, status }: ApiAnswer): string {
  const { resultMessage } = json
  return typeof resultMessage === 'string' ? resultMessage : `The Web API answered ${status}.`
}

export interface Connection {
  /** The address of the Web API without `/api`. */
  readonly baseUrl: string
  /** The accepted CAs of its server certificate, as PEM; the system's CAs by default. */
  readonly ca?: string | undefined
  readonly credential: Credential
}

const LIMIT_MILLISECONDS = 15_000
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** @throws Complaint if credentials must not be sent to this URL */
export function checkBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname))
  if (url === undefined || !isSafe || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new Complaint('the address of the Web API must be an https URL (http is allowed on this machine)')
  }
  return baseUrl.replace(/\/+$/, '')
}

/** Opens a client of the Web API. It makes calls for a service, or for the deployment. */
export function openWebApi({ baseUrl, ca, credential }: Connection) {
  const isTls = baseUrl.startsWith('https:')
  const agent = isTls
    ? new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
    : new PlainAgent({ keepAlive: true })

  function send(method: string, url: string, body?: object, ifMatch?: string): Promise<ApiAnswer> {
    const headers = {
      authorization: `Bearer ${credential.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    }
    const options = { agent, method, headers, signal: AbortSignal.timeout(LIMIT_MILLISECONDS) }
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) =>
        reject(new ApiUnreachable(error.code ?? error.name, method !== 'GET'))
      const sent = (isTls ? request : plainRequest)(url, options, (response) => {
        const { statusCode: status = 0, headers: answered } = response
        text(response).then((read) => {
          const json = parseJson(read)
          resolve({ status, etag: answered.etag, json: isJsonObject(json) ? json : {} })
        }, fail)
      })
      sent.once('error', fail)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  const of = (serviceId?: string): WebApi => {
    const root = `${baseUrl}/api${serviceId === undefined ? '' : `/${serviceId}`}`
    return {
      get: (path, query = {}) => {
        const search = new URLSearchParams(query).toString()
        return send('GET', `${root}${path}${search === '' ? '' : `?${search}`}`)
      },
      post: (path, body, ifMatch) => send('POST', root + path, body, ifMatch),
      delete: (path) => send('DELETE', root + path),
    }
  }
  return { of, close: () => agent.destroy() }
}
