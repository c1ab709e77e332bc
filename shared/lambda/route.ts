import type * as z from 'zod/mini'
import { type AnyCall, type Call, surroundings } from '../runtime/call.ts'
import type { HttpRequest } from '../http.ts'
import type { RequestLog } from '../runtime/log.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Operation } from '../store/audit/operation.ts'
import { StoreUnavailable } from '../store/unavailable.ts'
import type { Access } from './access.ts'
import { type Answer, answerPlainly, NotHere } from './answer.ts'
import type { Face } from './faces.ts'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The facts about a route that the reference and the template use. */
export interface Description {
  /** The path in messages and log lines, without `/api`, the service and other parameters. */
  readonly endpoint: string
  /** Templates of API Gateway, for example `/api/{serviceId}/auth/token`. */
  readonly paths: readonly string[]
  readonly face: Face<never, never>['name']
  /** If it is empty, every request is refused. */
  readonly methods: readonly HttpMethod[]
  readonly access: Access<Call>['name']
  /** Whether the organization's token is admitted below `/api/{serviceId}`. */
  readonly organization?: true | undefined
  readonly call?: z.ZodMiniType | undefined
}

/** One route of a function. `answer` never throws, because it has an answer for every failure. */
export interface Route extends Description {
  readonly answer: (http: HttpRequest, runtime: Runtime, log: RequestLog) => Promise<Answer>
}

interface RouteSpec<Given extends readonly unknown[], Request, Result, Body, Admitted extends AnyCall> {
  readonly paths: readonly [string, ...string[]]
  /** The default is POST. With GET and DELETE, members are read from the query. */
  readonly methods?: readonly HttpMethod[]
  readonly access: Access<Admitted>
  readonly face: Face<Given, Body>
  /** @throws Refusal for the shape of the request */
  readonly read: (...given: NoInfer<Given>) => Request
  /** The decision, which is the same on both faces. @throws Refusal */
  readonly decide: (request: Request, call: Admitted) => Promise<Result>
  readonly respond: (result: Result, service: Admitted['service']) => Body
}

/** The steps of every request, in this order: admit the caller, read, decide, answer. */
export function route<Given extends readonly unknown[], Request, Result, Body, Admitted extends AnyCall>(
  spec: RouteSpec<Given, Request, Result, Body, Admitted>,
): Route {
  const { paths, methods = ['POST'], access, face } = spec
  const endpoint = endpointOf(paths[0])
  const { name, organization } = access
  const description = {
    endpoint,
    paths,
    methods,
    face: face.name,
    access: name,
    organization,
    call: face.call,
  }
  return {
    ...description,
    answer: async (http, runtime, log) => {
      let call: Admitted | undefined
      let operation: Operation | undefined
      const decided = async () => {
        if (access.isOffered?.(http, runtime.settings) === false) throw new NotHere('domain-other')
        requireMethod(methods, http)
        call = await access.admit(http, surroundings(runtime, log), runtime.settings)
        const request = spec.read(...face.given(http))
        const begun = isAudited(access.name) ? beginOperation(endpoint, http, runtime, call) : undefined
        operation = begun?.operation
        const result = await spec.decide(
          request,
          begun === undefined ? call : { ...call, store: begun.store },
        )
        return face.answer(spec.respond(result, call.service))
      }
      const answer = await decided().catch((error: unknown) =>
        answerError(error, (refusal) => face.refuse(refusal, endpoint, http, call?.service)),
      )
      await operation?.end(answer.reason, answer.failure !== undefined)
      return answer
    },
  }
}

/** Callers of these routes change what all requests rely on. So each write of theirs is recorded (architecture, section 3). */
export function isAudited(name: Description['access']): boolean {
  return name === 'manage' || name === 'service' || name === 'owner'
}

function beginOperation(
  operation: string,
  { address, requestId }: HttpRequest,
  { store, log }: Runtime,
  { now: at, service, caller }: AnyCall,
) {
  const by = caller?.credential ?? 'nobody'
  return store.begin({ operation, at, by, address, requestId, service: service?.apiKey }, (change) => {
    log.change(requestId, change)
  })
}

/** A refusal becomes its row, an unavailable store becomes 503, and any other error becomes 500. */
export function answerError(error: unknown, refuse: (refusal: Refusal) => Answer): Answer {
  if (error instanceof NotHere) return answerPlainly(404, error.reason)
  if (error instanceof Refusal) return refuse(error)
  const reason: Reason = error instanceof StoreUnavailable ? 'unavailable' : 'internal'
  return { ...refuse(new Refusal(reason)), failure: error }
}

function requireMethod(methods: readonly HttpMethod[], http: HttpRequest): void {
  if (!methods.some((method) => method === http.method)) {
    throw new Refusal('method-wrong', { named: methods.join(', ') })
  }
}

/** Routes by their path templates. */
export type Routes = Readonly<Record<string, Route>>

export function routesOf(...routes: readonly Route[]): Routes {
  return Object.fromEntries(routes.flatMap((route) => route.paths.map((path) => [path, route])))
}

/** The credentials name the service in v2, and the path names it in v3 (Authlete contract, section 1.1). */
export function bothVersions(path: string): [v2: string, v3: string] {
  return [`/api${path}`, `/api/{serviceId}${path}`]
}

/** @returns the path without `/api` and without parameters */
export function endpointOf(path: string): string {
  return path.replaceAll(/\/\{[^}]+\}/g, '').replace(/^\/api(?=\/)/, '')
}
