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
const PATHS_BY_ACTION: Readonly<Record<string, readonly string[]>> = {
  INTERNAL_SERVER_ERROR: ['/attestation/challenge', '/auth/token/issue'],
  BAD_REQUEST: [
    ...['/auth/token/create/batch', '/auth/token/create/batch/status/{requestId}'],
    ...['/auth/token/fail', '/backchannel/authentication', '/backchannel/authentication/fail'],
    ...['/client/registration', '/client/registration/delete', '/client/registration/get'],
    ...['/client/registration/update', '/device/authorization', '/federation/registration'],
    ...['/jose/verify', '/vci/batch/parse', '/vci/deferred/parse', '/vci/single/parse'],
  ],
  SERVER_ERROR: ['/backchannel/authentication/complete'],
  INVALID_TICKET: ['/backchannel/authentication/issue'],
  CALLER_ERROR: [
    ...['/backchannel/logout/token', '/idtoken/reissue', '/nativesso', '/nativesso/logout'],
    ...['/vci/batch/issue', '/vci/deferred/issue', '/vci/offer/create', '/vci/single/issue'],
  ],
  INVALID_REQUEST: [
    ...['/device/complete', '/hsk/create', '/hsk/delete/{handle}', '/hsk/get/list'],
    ...['/hsk/get/{handle}'],
  ],
  NOT_EXIST: ['/device/verification'],
  NOT_FOUND: [
    ...['/federation/configuration', '/gm', '/vci/jwks', '/vci/jwtissuer', '/vci/metadata'],
    ...['/vci/nonce', '/vci/offer/info'],
  ],
}

const API_OF_TEMPLATE = new Map(
  Object.entries(PATHS_BY_ACTION).flatMap(([action, paths]) =>
    paths.flatMap((path) => bothVersions(path).map((template) => [template, { path, action }] as const)),
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
