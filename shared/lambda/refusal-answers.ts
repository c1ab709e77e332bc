import { type HttpRequest, type HttpResponse, nonceHeader } from '../http.ts'
import { bearerChallenge } from '../request/bearer.ts'
import { type ErrorMembers, type Refusal, refusalRows } from '../refusal/refusal.ts'
import { errorUri } from '../refusal/row.ts'
import type { Service } from '../store/service.ts'
import { HTTP_STATUS, type WebApiMembers } from '../web-api.ts'
import { type Answer, json } from './answer.ts'

/** The members of a refusal that depend on the route of the Web API. */
export interface CallErrors {
  /** The path in messages, without `/api` and the service. */
  readonly endpoint: string
  /** The member `type`. */
  readonly type: string
  /** The format of `responseContent`; with `none` the answer has no such member. */
  readonly errors: 'json' | 'bearer' | 'none'
  /** The action in place of INVALID_CLIENT. */
  readonly unauthenticated?: 'UNAUTHORIZED'
  /** Further members of every refusal. */
  readonly members?: WebApiMembers
  /** Replaces the action of a refusal. It is set for APIs that are not offered. */
  readonly action?: string | undefined
}

export type ErrorSettings = Pick<Service, 'errorDescriptionOmitted' | 'errorUriOmitted'>

/**
 * The answer of the Web API: HTTP 200 with the row of the refusal, or the status of an error about the call itself
 * (Authlete contract, section 1.6).
 */
export function webApiRefusal(
  refusal: Refusal,
  spec: CallErrors,
  http: HttpRequest,
  service?: ErrorSettings,
): Answer {
  const { reason, description, options } = refusal
  const [resultCode, action, error] = refusalRows()[reason]
  if (typeof action === 'number') {
    const body = { resultCode, resultMessage: `[${resultCode}] ${spec.endpoint}, ${description}` }
    // RFC 9110 section 15.5.2: a 401 has the scheme to use.
    const scheme = http.pathParameters['serviceId'] === undefined ? 'Basic realm="certbound"' : 'Bearer'
    const challenge = action === 401 ? { 'www-authenticate': scheme } : {}
    const headers = { ...statusHeaders(refusal, action, http), ...challenge }
    return { response: json(action, body, headers), outcome: action, reason }
  }
  const resultMessage = `[${resultCode}] ${description}`
  const errorMembers = {
    error_description: service?.errorDescriptionOmitted === true ? undefined : resultMessage,
    error,
    error_uri: service?.errorUriOmitted === true ? undefined : errorUri(resultCode),
  }
  const redirect = options.redirect?.(errorMembers)
  const responseContent = redirect?.responseContent ?? contentOf(errorMembers, spec, options)
  const rowAction = action === 'INVALID_CLIENT' ? (spec.unauthenticated ?? action) : action
  const outcome: string = redirect?.action ?? spec.action ?? rowAction
  const envelope = { type: spec.type, resultCode, resultMessage, action: outcome, responseContent }
  return {
    response: json(200, { ...envelope, ...spec.members, ...options.members, dpopNonce: options.dpopNonce }),
    outcome,
    reason,
    ...failureOf(refusal),
  }
}

function contentOf(members: ErrorMembers, { errors }: CallErrors, { challenge, algs }: Refusal['options']) {
  if (errors === 'none') return undefined
  const { error, ...about } = members
  if (errors === 'json') return JSON.stringify(members)
  return bearerChallenge(error, { ...about, ...challenge, algs }, algs === undefined ? 'Bearer' : 'DPoP')
}

/** The errors that an honest client can correct if it has the description. All other errors have only the code. */
const DESCRIBED: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
])

/**
 * The answer of the OAuth face. It has one body for every `invalid_client`, no `error_uri`, and no part of the request (decision D19,
 * requirement C14). Only a client that tried the `Authorization` header gets a challenge to authenticate with it (RFC 6749 section 5.2). A
 * protected resource always sends a challenge (RFC 6750 section 3).
 */
export function oauthRefusal(
  refusal: Refusal,
  challenge: 'Basic' | 'Bearer',
  http: HttpRequest,
  service?: ErrorSettings,
): Answer {
  const { reason, description, options } = refusal
  const [, action, error] = refusalRows()[reason]
  const status = typeof action === 'number' ? action : HTTP_STATUS[action]
  const described = DESCRIBED.has(error) && service?.errorDescriptionOmitted !== true
  const body = { error, ...(described ? { error_description: description } : {}) }
  const authenticate =
    challenge === 'Bearer' ? bearerChallenge(error, options.challenge) : 'Basic realm="certbound"'
  const challenged =
    challenge === 'Bearer'
      ? status === 400 || status === 401 || status === 403
      : status === 401 && http.headers.has('authorization')
  const headers = {
    ...statusHeaders(refusal, status, http),
    ...(challenged ? { 'www-authenticate': authenticate } : {}),
    ...nonceHeader(options.dpopNonce),
  }
  return { response: json(status, body, headers), outcome: action, reason, ...failureOf(refusal) }
}

/** Server errors have the request ID, so that the operator can find the log line. */
function statusHeaders({ options }: Refusal, status: number, http: HttpRequest): HttpResponse['headers'] {
  if (status === 405) return { allow: options.named ?? '' }
  if (status === 503) return { 'retry-after': '1', 'x-request-id': http.requestId }
  return status === 500 ? { 'x-request-id': http.requestId } : {}
}

/** A refusal with a server error is logged with its cause. */
function failureOf({ reason, options }: Refusal): Pick<Answer, 'failure'> {
  return refusalRows()[reason][1] === 'INTERNAL_SERVER_ERROR' ? { failure: options.cause } : {}
}
