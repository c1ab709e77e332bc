import type * as z from 'zod/mini'
import { BodyWithHeaders, type HttpRequest, type HttpResponse, SignedBody } from '../http.ts'
import { withoutNull } from '../json.ts'
import { readCall, readForm } from '../request/body.ts'
import { usesDpop, usesDpopScheme } from '../possession/sent-proof.ts'
import { Refusal } from '../refusal/refusal.ts'
import { HTTP_STATUS, type WebApiResponse } from '../web-api.ts'
import { type Answer, json, NO_CONTENT, NotHere, publicJson, signedAnswer } from './answer.ts'
import { type CallErrors, type ErrorSettings, oauthRefusal, webApiRefusal } from './refusal-answers.ts'

/** The part of a route that reads a request and writes the answer. */
export interface Face<Given extends readonly unknown[], Body> {
  readonly name: 'webApi' | 'oauth'
  /** The members of the body, or of the query with GET and DELETE. Absent if the route reads none. */
  readonly call?: z.ZodMiniType | undefined
  /** The arguments for `read` of the route. @throws Refusal body-malformed, body-too-large, member-wrong */
  readonly given: (http: HttpRequest) => Given
  /** @throws NotHere */
  readonly answer: (body: Body) => Answer
  /** @param settings the settings of the service, if it is known */
  readonly refuse: (refusal: Refusal, endpoint: string, http: HttpRequest, settings?: ErrorSettings) => Answer
}

interface WebApiFace<Schema extends z.ZodMiniType> extends Omit<CallErrors, 'endpoint'> {
  readonly call: Schema
}

/**
 * The Web API answers every OAuth request with HTTP 200. Other statuses are about the call (Authlete contract, rule 1).
 * `read` receives only the call, because the TLS context belongs to the caller and not to the client.
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
      webApiRefusal(refusal, { ...spec, endpoint }, http, settings),
  }
}

/**
 * A management API: answers have no envelope, `undefined` becomes 204 with an empty body (Authlete contract, rule 10), and
 * errors are HTTP statuses (Authlete contract, section 1.6).
 *
 * @param call the members that `read` reads from the request, for the reference
 */
export function managementApi(call?: z.ZodMiniType): Face<[http: HttpRequest], object | undefined> {
  return {
    name: 'webApi',
    call,
    given: (http) => [http],
    answer: (body) => {
      if (body === undefined) return { response: NO_CONTENT, outcome: 204 }
      return { response: jsonOf(200, body), outcome: 200 }
    },
    refuse: (refusal, endpoint, http) =>
      webApiRefusal(refusal, { endpoint, type: 'error', errors: 'json' }, http),
  }
}

type OAuthBody = Readonly<Record<string, unknown>> | SignedBody | BodyWithHeaders

/**
 * The OAuth face: HTTP statuses and bodies of the RFCs, without members that are `null` (decision D37).
 *
 * @param challenge the scheme in `WWW-Authenticate`: `Basic` for client authentication, `Bearer` for RFC 6750
 * @param action the action of a success
 * @param proof whether `read` of the route accepts a DPoP proof
 */
export function oauth(
  challenge: 'Basic' | 'Bearer',
  action: 'OK' | 'CREATED' = 'OK',
  proof: 'refused' | 'taken' = 'refused',
): Face<[form: string, http: HttpRequest], OAuthBody> {
  return {
    name: 'oauth',
    given: (http) => {
      const isRefused = proof === 'taken' ? usesDpopScheme(http.headers) : usesDpop(http.headers)
      if (isRefused) throw new Refusal('dpop-not-offered')
      return [readForm(http), http]
    },
    answer: (body) => ({
      response:
        body instanceof SignedBody ? signedAnswer(body) : jsonOf(HTTP_STATUS[action], body, withoutNull),
      outcome: action,
    }),
    refuse: (refusal, _endpoint, http, settings) => oauthRefusal(refusal, challenge, http, settings),
  }
}

function jsonOf(status: number, body: object, shown = (content: object) => content): HttpResponse {
  if (!(body instanceof BodyWithHeaders)) return json(status, shown(body))
  return json(status, shown(body.content), body.headers)
}

/** A public document about the service, which may be cached (requirement G06). `undefined` is 404. */
export const publicDocument: Face<[http: HttpRequest], object | undefined> = {
  name: 'oauth',
  given: (http) => [http],
  answer: (body) => {
    if (body === undefined) throw new NotHere('document-other')
    return { response: publicJson(body), outcome: 'OK' }
  },
  refuse: (refusal, _endpoint, http) => oauthRefusal(refusal, 'Basic', http),
}
