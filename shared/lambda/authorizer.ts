import { type Call, surroundings } from '../call.ts'
import type { HttpRequest } from '../http.ts'
import { RequestLog } from '../log.ts'
import { Refusal, REFUSALS } from '../refusal/refusal.ts'
import type { Runtime } from '../runtime.ts'
import { requireOAuthSettings } from '../settings.ts'
import type { Service } from '../store/service.ts'
import type { Answer } from './answer.ts'
import { type AuthorizerRequest, toAuthorizerRequest } from '../gateway/authorizer-event.ts'
import { callToDeployment } from './access.ts'
import { writeLine } from './serve.ts'

/** Flat: a REST API takes no lists and no objects. */
type Context = Readonly<Record<string, string | number>> & { readonly client_id: string }

interface AuthorizerSpec<Request, Result> {
  readonly read: (http: HttpRequest) => Request
  readonly decide: (request: Request, call: Call) => Promise<Result>
  readonly context: (result: Result, service: Service) => Context
}

/** What a Lambda authorizer returns to an HTTP API with simple responses, and to a REST API. */
export type AuthorizerResult =
  | { readonly isAuthorized: boolean; readonly context?: Context }
  | {
      readonly principalId: string
      readonly policyDocument: { readonly Version: '2012-10-17'; readonly Statement: readonly object[] }
      readonly context?: Context
    }

type Decision = Omit<Answer, 'response'> & { readonly context?: Context }

/**
 * A Lambda authorizer for the API of a resource server: one event in, one answer out, one log line.
 *
 * A refusal is an answer, so that a stale token does not count as an error of the function. Everything else that goes
 * wrong is thrown, which API Gateway answers with 500: what could not be decided does not pass.
 *
 * @returns a handler of one parameter: Lambda refuses to start what looks like a callback handler
 * @throws Error that names the environment variable which is missing
 */
export function serveAuthorizer<Request, Result>(
  spec: AuthorizerSpec<Request, Result>,
  runtime: Runtime,
): (event: unknown) => Promise<AuthorizerResult> {
  requireOAuthSettings(runtime.settings)
  return async (event) => {
    const startedAt = runtime.elapsed()
    const log = new RequestLog()
    const asked = readEvent(event, runtime)
    const decision =
      asked instanceof Error
        ? { outcome: 500, reason: 'event-malformed', failure: asked }
        : await decisionOn(asked.http, spec, runtime, log)
    const requestId = asked instanceof Error ? 'unknown' : asked.http.requestId
    writeLine(runtime, startedAt, { requestId, endpoint: 'authorizer', ...log.entry }, decision)
    if (asked instanceof Error || 'failure' in decision) throw new Error('the authorizer could not decide')
    return answer(asked, decision)
  }
}

async function decisionOn<Request, Result>(
  http: HttpRequest,
  { read, decide, context }: AuthorizerSpec<Request, Result>,
  runtime: Runtime,
  log: RequestLog,
): Promise<Decision> {
  try {
    const call = await callToDeployment(surroundings(runtime, log), runtime.settings)
    const result = await decide(read(http), call)
    return { outcome: 'OK', context: context(result, call.service) }
  } catch (error) {
    if (!(error instanceof Refusal)) return { outcome: 500, reason: 'internal', failure: error }
    return { outcome: REFUSALS[error.reason][1], reason: error.reason }
  }
}

/** Only a decision that has a context lets pass. */
function answer({ format, arn }: AuthorizerRequest, { context }: Decision): AuthorizerResult {
  const told = context === undefined ? {} : { context }
  if (format === '2.0') return { isAuthorized: context !== undefined, ...told }
  const Effect = context === undefined ? 'Deny' : 'Allow'
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource: arn }]
  return {
    principalId: context?.client_id ?? 'unknown',
    policyDocument: { Version: '2012-10-17', Statement },
    ...told,
  }
}

function readEvent(event: unknown, { settings }: Runtime): AuthorizerRequest | Error {
  try {
    return toAuthorizerRequest(event, settings)
  } catch (error) {
    return error instanceof Error ? error : new Error('not an Error')
  }
}
