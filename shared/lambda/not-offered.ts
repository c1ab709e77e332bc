import { serviceByCredentials } from '../authentication/api-caller.ts'
import { surroundings } from '../runtime/call.ts'
import type { HttpRequest } from '../http.ts'
import type { RequestLog } from '../runtime/log.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Service } from '../store/service.ts'
import type { Answer } from './answer.ts'
import { matchPath, pathMatcher } from './path-match.ts'
import { webApiRefusal } from './refusal-answers.ts'
import { answerError, endpointOf, bothVersions, type Route } from './route.ts'

/**
 * The APIs of Authlete's specification that are not offered, with the action of their refusal. A caller knows these actions and can
 * answer its own client, but would turn a 404 into a 500. The action is `BAD_REQUEST`, or else the one that refuses the caller.
 */
const ACTIONS: Readonly<Record<string, string>> = {
  '/attestation/challenge': 'INTERNAL_SERVER_ERROR',
  '/auth/token/create/batch': 'BAD_REQUEST',
  '/auth/token/create/batch/status/{requestId}': 'BAD_REQUEST',
  '/auth/token/fail': 'BAD_REQUEST',
  '/auth/token/issue': 'INTERNAL_SERVER_ERROR',
  '/backchannel/authentication': 'BAD_REQUEST',
  '/backchannel/authentication/complete': 'SERVER_ERROR',
  '/backchannel/authentication/fail': 'BAD_REQUEST',
  '/backchannel/authentication/issue': 'INVALID_TICKET',
  '/backchannel/logout/token': 'CALLER_ERROR',
  '/client/registration': 'BAD_REQUEST',
  '/client/registration/delete': 'BAD_REQUEST',
  '/client/registration/get': 'BAD_REQUEST',
  '/client/registration/update': 'BAD_REQUEST',
  '/device/authorization': 'BAD_REQUEST',
  '/device/complete': 'INVALID_REQUEST',
  '/device/verification': 'NOT_EXIST',
  '/federation/configuration': 'NOT_FOUND',
  '/federation/registration': 'BAD_REQUEST',
  '/gm': 'NOT_FOUND',
  '/hsk/create': 'INVALID_REQUEST',
  '/hsk/delete/{handle}': 'INVALID_REQUEST',
  '/hsk/get/list': 'INVALID_REQUEST',
  '/hsk/get/{handle}': 'INVALID_REQUEST',
  '/idtoken/reissue': 'CALLER_ERROR',
  '/jose/verify': 'BAD_REQUEST',
  '/nativesso': 'CALLER_ERROR',
  '/nativesso/logout': 'CALLER_ERROR',
  '/vci/batch/issue': 'CALLER_ERROR',
  '/vci/batch/parse': 'BAD_REQUEST',
  '/vci/deferred/issue': 'CALLER_ERROR',
  '/vci/deferred/parse': 'BAD_REQUEST',
  '/vci/jwks': 'NOT_FOUND',
  '/vci/jwtissuer': 'NOT_FOUND',
  '/vci/metadata': 'NOT_FOUND',
  '/vci/nonce': 'NOT_FOUND',
  '/vci/offer/create': 'CALLER_ERROR',
  '/vci/offer/info': 'NOT_FOUND',
  '/vci/single/issue': 'CALLER_ERROR',
  '/vci/single/parse': 'BAD_REQUEST',
}

const API_OF_TEMPLATE = new Map(
  Object.entries(ACTIONS).flatMap(([path, action]) =>
    bothVersions(path).map((template) => [template, { path, action }] as const),
  ),
)

const findTemplate = pathMatcher([...API_OF_TEMPLATE.keys()])

/**
 * Answers on all paths that no other route has. An API of Authlete is refused with its action after the credentials were checked. Every
 * other path gets 404 with a result code (Authlete contract, section 1.6).
 */
export function notOfferedRoute(path: string): Route {
  return {
    endpoint: '/api',
    paths: [path],
    face: 'webApi',
    methods: [],
    access: 'everyone',
    answer,
  }
}

async function answer(http: HttpRequest, runtime: Runtime, log: RequestLog): Promise<Answer> {
  const match = matchPath(http, findTemplate)
  const api = API_OF_TEMPLATE.get(match?.template ?? '')
  const called = { ...http, pathParameters: match?.pathParameters ?? {} }
  const endpoint = endpointOf(api?.path ?? '/api')
  const spec = { endpoint, type: 'notOfferedResponse', errors: 'json', action: api?.action } as const
  let service: Service | undefined
  try {
    if (api === undefined) throw new Refusal('api-not-offered')
    log.note({ endpoint })
    const call = await serviceByCredentials(called, 'introspect', surroundings(runtime, log))
    service = call.service
    throw new Refusal('authlete-api-not-offered')
  } catch (error) {
    return answerError(error, (refusal) => webApiRefusal(refusal, spec, called, service))
  }
}
