import type * as z from 'zod/mini'
import { type HttpRequest, withoutNull } from '../http.ts'
import type { LogEntry } from '../log.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { readCall, readForm } from '../request/body.ts'
import { proveOwner, serviceByCredentials, serviceForManagement } from '../authentication/api-caller.ts'
import type { Runtime } from '../runtime.ts'
import { requireOAuthSettings } from '../settings.ts'
import type { Role, Service } from '../store/service.ts'
import { StoreUnavailable } from '../store/unavailable.ts'
import type { WebApiResponse } from '../web-api.ts'
import {
  type Signed,
  signedAnswer,
  type Answer,
  answerPlainly,
  json,
  NO_CONTENT,
  publicJson,
} from './answer.ts'
import { type CallErrors, refused, refusedCall } from './refused.ts'
import type { Description, Method, Route } from './route.ts'

/** The decision of an endpoint: the same for both faces. @throws Refusal */
export type Decide<Request, Result> = (
  request: Request,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
) => Promise<Result>

interface WebApiSpec<Schema extends z.ZodMiniType, Request, Result> extends CallErrors {
  readonly role: Role
  /** POST alone unless said otherwise; with GET the members are those of the query. */
  readonly methods?: readonly Method[]
  readonly call: Schema
  /** Sees the call alone: the TLS context of the caller is not the client's. */
  readonly read: (call: z.output<Schema>) => Request
  readonly decide: Decide<Request, Result>
  readonly respond: (result: Result, service: Service) => WebApiResponse
}

/** The Web API: HTTP 200 whatever becomes of the OAuth request; other statuses speak of the call (Authlete contract, rule 1). */
export function webApiRoute<Schema extends z.ZodMiniType, Request, Result>(
  spec: WebApiSpec<Schema, Request, Result>,
): Route {
  const { endpoint, methods = ['POST'], role, call } = spec
  return {
    ...{ endpoint, face: 'webApi', methods, access: role, call },
    answer: (http, runtime, entry) => {
      let service: Service | undefined
      return guarded(
        async () => {
          allowOnly(methods, http)
          service = await serviceByCredentials(http, spec.role, runtime)
          entry.service = service.apiKey
          const request = spec.read(readCall(http, spec.call))
          const result = await spec.decide(request, service, runtime, entry)
          const response = spec.respond(result, service)
          return { response: json(200, { type: spec.type, ...response }), outcome: response.action }
        },
        (refusal) => refusedCall(refusal, spec, http, service),
      )
    },
  }
}

interface ApiSpec<Request, Result> extends Omit<Description, 'face' | 'access'> {
  /** By `call`, if there is one. */
  readonly read: (http: HttpRequest) => Request
  readonly decide: Decide<Request, Result>
  /** The answer itself, without an envelope; `undefined` is 204 with an empty body (Authlete contract, rule 10). */
  readonly respond: (result: Result, service: Service) => object | undefined
}

/** A management API of a service: its errors are HTTP statuses (Authlete contract, section 1.6). */
export function managementRoute<Request, Result>(
  spec: ApiSpec<Request, Result>,
  role: Role = 'manage',
): Route {
  return apiRoute(spec, role, (http, runtime) => serviceByCredentials(http, role, runtime))
}

/** A management API of a service itself, for the service's own credentials and for who owns the deployment. */
export function serviceRoute<Request, Result>(spec: ApiSpec<Request, Result>): Route {
  return apiRoute(spec, 'service', serviceForManagement)
}

function apiRoute<Request, Result>(
  spec: ApiSpec<Request, Result>,
  access: Description['access'],
  findService: (http: HttpRequest, runtime: Runtime) => Promise<Service>,
): Route {
  const { endpoint, methods, call } = spec
  return {
    ...{ endpoint, face: 'webApi', methods, access, call },
    answer: (http, runtime, entry) =>
      guarded(
        async () => {
          allowOnly(methods, http)
          const service = await findService(http, runtime)
          entry.service = service.apiKey
          const result = await spec.decide(spec.read(http), service, runtime, entry)
          return answerApi(spec.respond(result, service))
        },
        (refusal) => refusedCall(refusal, { ...spec, type: 'error', errors: 'json' }, http),
      ),
  }
}

interface OwnerSpec<Request, Result> extends Omit<ApiSpec<Request, Result>, 'decide' | 'respond'> {
  readonly decide: (request: Request, runtime: Runtime, entry: LogEntry) => Promise<Result>
  readonly respond: (result: Result) => object | undefined
}

/** An API over all services of the deployment, for its owner alone (architecture, section 1). */
export function ownerRoute<Request, Result>(spec: OwnerSpec<Request, Result>): Route {
  const { endpoint, methods, call } = spec
  return {
    ...{ endpoint, face: 'webApi', methods, access: 'owner', call },
    answer: (http, runtime, entry) =>
      guarded(
        async () => {
          allowOnly(methods, http)
          await proveOwner(http, runtime)
          return answerApi(spec.respond(await spec.decide(spec.read(http), runtime, entry)))
        },
        (refusal) => refusedCall(refusal, { ...spec, type: 'error', errors: 'json' }, http),
      ),
  }
}

function answerApi(body: object | undefined): Answer {
  return {
    response: body === undefined ? NO_CONTENT : json(200, body),
    outcome: body === undefined ? 204 : 200,
  }
}

interface OAuthSpec<Request, Result> {
  readonly endpoint: string
  readonly read: (form: string, http: HttpRequest) => Request
  readonly decide: Decide<Request, Result>
  readonly content: (result: Result, service: Service) => Readonly<Record<string, unknown>>
  /** In place of `content`, where the request has asked for it: an answer of another media type. */
  readonly signed?: (result: Result, service: Service) => Signed | undefined
  /** The scheme of `WWW-Authenticate`: client authentication, or a protected resource's answer (RFC 6750). */
  readonly challenge: 'Basic' | 'Bearer'
}

/** The OAuth face: the HTTP message that the action stands for, without members that are `null` (decision D37). */
export function oauthRoute<Request, Result>(spec: OAuthSpec<Request, Result>): Route {
  const { endpoint, challenge } = spec
  return {
    ...{ endpoint, face: 'oauth', methods: ['POST'], access: challenge === 'Basic' ? 'client' : 'holder' },
    answer: async (http, runtime, entry) => {
      // As if the route were not there: on the other domains there is no OAuth, only its documents.
      if (runtime.settings.oauthOnMtlsOnly && !http.onMtlsDomain) return answerPlainly(404, 'domain-other')
      let service: Service | undefined
      return guarded(
        async () => {
          allowOnly(['POST'], http)
          service = await deployedService(runtime, entry)
          const request = spec.read(readForm(http), http)
          const result = await spec.decide(request, service, runtime, entry)
          const signed = spec.signed?.(result, service)
          const response = signed
            ? signedAnswer(signed)
            : json(200, withoutNull(spec.content(result, service)))
          return { response, outcome: 'OK' }
        },
        (refusal) => refused(refusal, spec.challenge, http, service),
      )
    },
  }
}

/**
 * A public document about the service, for everyone and to be kept a while (requirement G06).
 *
 * @param build `undefined`: there is no such document of this service
 */
export function documentRoute(
  endpoint: string,
  build: (service: Service, http: HttpRequest) => object | undefined,
): Route {
  return {
    ...{ endpoint, face: 'oauth', methods: ['GET'], access: 'everyone' },
    answer: (http, runtime, entry) =>
      guarded(
        async () => {
          allowOnly(['GET'], http)
          const document = build(await deployedService(runtime, entry), http)
          if (document === undefined) return answerPlainly(404, 'document-other')
          return { response: publicJson(document), outcome: 'OK' }
        },
        (refusal) => refused(refusal, 'Basic', http),
      ),
  }
}

/** The one place that catches: a refusal becomes its row, a failure of the store 503, anything else 500. */
async function guarded(answer: () => Promise<Answer>, refuse: (refusal: Refusal) => Answer): Promise<Answer> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof Refusal) return refuse(error)
    const reason: Reason = error instanceof StoreUnavailable ? 'unavailable' : 'internal'
    return { ...refuse(new Refusal(reason)), failure: error }
  }
}

function allowOnly(methods: readonly Method[], http: HttpRequest): void {
  if (!methods.some((method) => method === http.method)) {
    throw new Refusal('method-wrong', { named: methods.join(', ') })
  }
}

/** The service of the OAuth face. */
export async function deployedService({ settings, store }: Runtime, entry: LogEntry): Promise<Service> {
  const serviceId = requireOAuthSettings(settings)
  entry.service = serviceId
  const service = await store.registry.findService(serviceId)
  if (service === undefined) throw new Error('the service of the OAuth face is not in the registry')
  return service
}
