import { type Call, surroundings } from '../runtime/call.ts'
import type { HttpRequest } from '../http.ts'
import { RequestLog } from '../runtime/log.ts'
import { Refusal, refusalRows } from '../refusal/refusal.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { requireOAuthSettings } from '../runtime/settings.ts'
import type { Answer } from './answer.ts'
import { MalformedEvent, type MtlsEntrances, toHttpRequest } from '../gateway/event.ts'
import { callToDeployment } from './access.ts'
import { writeLine } from './serve.ts'

/** The request that API Gateway asks its authorizer about. */
interface AuthorizerRequest {
  readonly http: HttpRequest
  /** The format of the answer: 2.0 is a simple one, 1.0 an IAM policy (REST API, HTTP API with payload 1.0). */
  readonly format: '2.0' | '1.0'
  /** The ARN of the called method, for the policy. */
  readonly arn: string
}

/** The context for the integration. A REST API accepts neither lists nor objects in it. */
type AuthorizerContext = Readonly<Record<string, string | number>> & { readonly client_id: string }

/**
 * @param urls the public URLs of the API. If there are none, proofs of possession cannot be verified
 * @throws Refusal if the request must not pass
 */
type Authorize = (http: HttpRequest, call: Call, urls: readonly string[]) => Promise<AuthorizerContext>

/** The result of a Lambda authorizer: for an HTTP API with simple responses, or for a REST API. */
export type AuthorizerResult =
  | { readonly isAuthorized: boolean; readonly context?: AuthorizerContext }
  | {
      readonly principalId: string
      readonly policyDocument: { readonly Version: '2012-10-17'; readonly Statement: readonly object[] }
      readonly context?: AuthorizerContext
    }

/** The request may pass only if there is a context. */
type Decision = Omit<Answer, 'response'> & { readonly context?: AuthorizerContext }

/**
 * A Lambda authorizer for the API of a resource server: one event in, one result out, one log line.
 *
 * A refusal is a result, so a stale token does not count as an error of the function. For any other failure it throws:
 * API Gateway then answers 500, and the request does not pass.
 *
 * @returns a handler of one parameter: Lambda refuses to start a function that looks like a callback handler
 * @throws Error that names the environment variable which is missing
 */
export function serveAuthorizer(
  authorize: Authorize,
  runtime: Runtime,
): (event: unknown) => Promise<AuthorizerResult> {
  requireOAuthSettings(runtime.settings)
  return async (event) => {
    const startedAt = runtime.elapsed()
    const log = new RequestLog()
    let request: AuthorizerRequest | undefined
    let decision: Decision
    try {
      request = toAuthorizerRequest(event, runtime.settings)
      decision = await decide(request.http, authorize, runtime, log)
    } catch (failure) {
      decision = { outcome: 500, reason: request === undefined ? 'event-malformed' : 'internal', failure }
    }
    const requestId = request?.http.requestId ?? 'unknown'
    writeLine(runtime, startedAt, { requestId, endpoint: 'authorizer', ...log.entry }, decision)
    if (request === undefined || 'failure' in decision) throw new Error('the authorizer could not decide')
    return resultFor(request, decision)
  }
}

/**
 * Reads an event of a REQUEST authorizer in either format. Events of TOKEN authorizers, which have no certificate, and events for
 * integrations are refused.
 *
 * @throws MalformedEvent
 */
function toAuthorizerRequest(event: unknown, mtls: MtlsEntrances): AuthorizerRequest {
  const http = toHttpRequest(event, mtls)
  const { version, type, routeArn, methodArn } = event as Readonly<Record<string, unknown>>
  if (type !== 'REQUEST') throw new MalformedEvent('type')
  const format = version === '2.0' ? '2.0' : '1.0'
  const arn = format === '2.0' ? routeArn : methodArn
  if (typeof arn !== 'string') throw new MalformedEvent(format === '2.0' ? 'routeArn' : 'methodArn')
  return { http, format, arn }
}

async function decide(
  http: HttpRequest,
  authorize: Authorize,
  runtime: Runtime,
  log: RequestLog,
): Promise<Decision> {
  try {
    const call = await callToDeployment(surroundings(runtime, log), runtime.settings)
    const { resourceUrls } = runtime.settings
    const urls = resourceUrls.flatMap(({ apiId, url }) => (apiId === http.apiId ? [url] : []))
    return { outcome: 'OK', context: await authorize(http, call, urls) }
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason === 'service-absent') throw error
    return { outcome: refusalRows()[error.reason][1], reason: error.reason }
  }
}

function resultFor({ format, arn }: AuthorizerRequest, { context }: Decision): AuthorizerResult {
  const forIntegration = context === undefined ? {} : { context }
  if (format === '2.0') return { isAuthorized: context !== undefined, ...forIntegration }
  const Effect = context === undefined ? 'Deny' : 'Allow'
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource: arn }]
  return {
    principalId: context?.client_id ?? 'unknown',
    policyDocument: { Version: '2012-10-17', Statement },
    ...forIntegration,
  }
}
