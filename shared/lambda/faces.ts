import type * as z from 'zod/mini'
import { type HttpRequest, SignedBody, withoutNull } from '../http.ts'
import { readCall, readForm } from '../request/body.ts'
import type { Refusal } from '../refusal/refusal.ts'
import type { WebApiMembers, WebApiResponse } from '../web-api.ts'
import { type Answer, json, NO_CONTENT, publicJson, signedAnswer } from './answer.ts'
import { type ErrorSettings, refused, refusedCall } from './refused.ts'
import { NotHere } from './not-here.ts'

/** How a route reads a request, and turns what was decided, or the refusal, into an answer. */
export interface Face<Given extends readonly unknown[], Body> {
  readonly name: 'webApi' | 'oauth'
  /** Members of the body, or of the query with GET and DELETE; absent: nothing is read. */
  readonly call?: z.ZodMiniType | undefined
  /** What `read` of the route is given. @throws Refusal */
  readonly given: (http: HttpRequest) => Given
  /** @throws NotHere */
  readonly answer: (body: Body) => Answer
  /** @param settings of the service, once it is known */
  readonly refuse: (refusal: Refusal, endpoint: string, http: HttpRequest, settings?: ErrorSettings) => Answer
}

interface WebApiFace<Schema extends z.ZodMiniType> {
  /** The member `type` of every answer. */
  readonly type: string
  readonly call: Schema
  /** How `responseContent` words an error; `none` where answers have no such member. */
  readonly errors: 'json' | 'bearer' | 'none'
  /** Members that every refusal has. */
  readonly members?: WebApiMembers
}

/**
 * The Web API: HTTP 200 whatever becomes of the OAuth request; other statuses speak of the call (Authlete contract, rule 1). `read` sees only the call: the TLS context of the caller is not the client's.
 */
export function webApi<Schema extends z.ZodMiniType>(
  spec: WebApiFace<Schema>,
): Face<[call: z.output<Schema>], WebApiResponse> {
  return {
    name: 'webApi',
    call: spec.call,
    given: (http) => [readCall(http, spec.call)],
    answer: (body) => ({ response: json(200, { type: spec.type, ...body }), outcome: body.action }),
    refuse: (refusal, endpoint, http, settings) =>
      refusedCall(refusal, { ...spec, endpoint }, http, settings),
  }
}

/**
 * A management API: the answer has no envelope, `undefined` is 204 with an empty body (Authlete contract, rule 10), and
 * errors are HTTP statuses (Authlete contract, section 1.6).
 *
 * @param call what `read` reads from the request by itself, for the reference
 */
export function managementApi(call?: z.ZodMiniType): Face<[http: HttpRequest], object | undefined> {
  return {
    name: 'webApi',
    call,
    given: (http) => [http],
    answer: (body) =>
      body === undefined
        ? { response: NO_CONTENT, outcome: 204 }
        : { response: json(200, body), outcome: 200 },
    refuse: (refusal, endpoint, http) =>
      refusedCall(refusal, { endpoint, type: 'error', errors: 'json' }, http),
  }
}

type OAuthBody = Readonly<Record<string, unknown>> | SignedBody

/**
 * The OAuth face: the HTTP message that the action stands for, without members that are `null` (decision D37).
 *
 * @param challenge the scheme of `WWW-Authenticate`: client authentication, or a protected resource (RFC 6750)
 */
export function oauth(challenge: 'Basic' | 'Bearer'): Face<[form: string, http: HttpRequest], OAuthBody> {
  return {
    name: 'oauth',
    given: (http) => [readForm(http), http],
    answer: (body) => ({
      response: body instanceof SignedBody ? signedAnswer(body) : json(200, withoutNull(body)),
      outcome: 'OK',
    }),
    refuse: (refusal, _endpoint, http, settings) => refused(refusal, challenge, http, settings),
  }
}

/** A public document about the service, for everyone and to be kept a while (requirement G06). */
export const publicDocument: Face<[http: HttpRequest], object | undefined> = {
  name: 'oauth',
  given: (http) => [http],
  answer: (body) => {
    if (body === undefined) throw new NotHere('document-other')
    return { response: publicJson(body), outcome: 'OK' }
  },
  refuse: (refusal, _endpoint, http) => refused(refusal, 'Basic', http),
}
