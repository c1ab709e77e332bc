import type * as z from 'zod/mini'
import { type Call, type OwnerCall, surroundings } from '../call.ts'
import type { HttpRequest } from '../http.ts'
import type { RequestLog } from '../log.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { Runtime } from '../runtime.ts'
import { StoreUnavailable } from '../store/unavailable.ts'
import type { Access } from './access.ts'
import { type Answer, answerPlainly } from './answer.ts'
import type { Face } from './faces.ts'
import { NotHere } from './not-here.ts'

export type HttpMethod = 'GET' | 'POST' | 'DELETE'

/** What the reference and the template know of a route. */
export interface Description {
  /** The path as messages name it: without `/api`, the service and other parameters. */
  readonly endpoint: string
  /** Templates of API Gateway, for example `/api/{serviceId}/auth/token`. */
  readonly paths: readonly string[]
  readonly face: Face<never, never>['name']
  /** Empty: every request is refused. */
  readonly methods: readonly HttpMethod[]
  readonly access: Access<Call>['name']
  readonly call?: z.ZodMiniType | undefined
}

/** One route of a function. `answer` never throws: every failure has its answer. */
export interface Route extends Description {
  readonly answer: (http: HttpRequest, runtime: Runtime, log: RequestLog) => Promise<Answer>
}

interface RouteSpec<
  Given extends readonly unknown[],
  Request,
  Result,
  Body,
  Admitted extends Call | OwnerCall,
> {
  readonly paths: readonly [string, ...string[]]
  /** Only POST unless said otherwise; with GET the members are those of the query. */
  readonly methods?: readonly HttpMethod[]
  readonly access: Access<Admitted>
  readonly face: Face<Given, Body>
  /** @throws Refusal for the shape of the request */
  readonly read: (...given: NoInfer<Given>) => Request
  /** The decision: the same on both faces. @throws Refusal */
  readonly decide: (request: Request, call: Admitted) => Promise<Result>
  readonly respond: (result: Result, service: Admitted['service']) => Body
}

/** Who is admitted, what is read, what is decided, how it is answered: the steps of every request, in this order. */
export function route<
  Given extends readonly unknown[],
  Request,
  Result,
  Body,
  Admitted extends Call | OwnerCall,
>(spec: RouteSpec<Given, Request, Result, Body, Admitted>): Route {
  const { paths, methods = ['POST'], access, face } = spec
  const endpoint = endpointOf(paths[0])
  return {
    ...{ endpoint, paths, methods, face: face.name, access: access.name, call: face.call },
    answer: async (http, runtime, log) => {
      let call: Admitted | undefined
      try {
        if (access.isHere?.(http, runtime.settings) === false) throw new NotHere('domain-other')
        allowOnly(methods, http)
        call = await access.admit(http, surroundings(runtime, log), runtime.settings)
        const result = await spec.decide(spec.read(...face.given(http)), call)
        return face.answer(spec.respond(result, call.service))
      } catch (error) {
        const service = call?.service
        return answerTo(error, (refusal) => face.refuse(refusal, endpoint, http, service))
      }
    },
  }
}

/** A refusal becomes its row, a store that cannot be reached 503, anything else 500. */
function answerTo(error: unknown, refuse: (refusal: Refusal) => Answer): Answer {
  if (error instanceof NotHere) return answerPlainly(404, error.reason)
  if (error instanceof Refusal) return refuse(error)
  const reason: Reason = error instanceof StoreUnavailable ? 'unavailable' : 'internal'
  return { ...refuse(new Refusal(reason)), failure: error }
}

function allowOnly(methods: readonly HttpMethod[], http: HttpRequest): void {
  if (!methods.some((method) => method === http.method)) {
    throw new Refusal('method-wrong', { named: methods.join(', ') })
  }
}

/** Routes by path, as API Gateway names them. */
export type Routes = Readonly<Record<string, Route>>

export function routesOf(...routes: readonly Route[]): Routes {
  return Object.fromEntries(routes.flatMap((route) => route.paths.map((path) => [path, route])))
}

/** v2 names the service in the credentials, v3 in the path (Authlete contract, section 1.1). */
export function inBothVersions(path: string): [v2: string, v3: string] {
  return [`/api${path}`, `/api/{serviceId}${path}`]
}

export function endpointOf(path: string): string {
  return path.replaceAll(/\/\{[^}]+\}/g, '').replace(/^\/api(?=\/)/, '')
}
