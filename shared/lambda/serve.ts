import type { HttpRequest } from '../http.ts'
import { type LogLine, RequestLog } from '../runtime/log.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { requireOAuthSettings } from '../runtime/settings.ts'
import { MalformedEvent, toHttpRequest } from '../gateway/event.ts'
import { type Answer, answerPlainly } from './answer.ts'
import { withoutSlash } from './path-match.ts'
import type { Routes } from './route.ts'

/** The result of a Lambda function for API Gateway, in both payload formats. */
export interface LambdaResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

/**
 * Makes the Lambda handler for the routes of a function. It writes one log line for each event. `handler.ts` calls it at cold start, so a
 * wrong environment fails the start and not a request.
 *
 * @returns a handler of one parameter: Lambda refuses to start a function that looks like a callback handler
 * @throws Error that names the environment variable which an OAuth route needs
 */
export function serve(routes: Routes, runtime: Runtime): (event: unknown) => Promise<LambdaResult> {
  if (Object.values(routes).some((route) => route.face === 'oauth')) requireOAuthSettings(runtime.settings)
  return async (event) => {
    const startedAt = runtime.elapsed()
    const log = new RequestLog()
    const { requestId, endpoint, answer } = await answerEvent(event, routes, runtime, log)
    writeLine(runtime, startedAt, { requestId, endpoint, ...log.entry }, answer)
    const { status, headers, body } = answer.response
    return { statusCode: status, headers, body, isBase64Encoded: false }
  }
}

/** @param startedAt the time of `Runtime.elapsed` in milliseconds */
export function writeLine(
  { log, elapsed }: Runtime,
  startedAt: number,
  about: Omit<LogLine, 'outcome' | 'reason' | 'milliseconds'>,
  { outcome, reason, failure }: Omit<Answer, 'response'>,
): void {
  const milliseconds = Math.round((elapsed() - startedAt) * 1000) / 1000
  const line = { ...about, outcome, reason, milliseconds }
  if (failure === undefined) log.request(line)
  else log.failure(line, failure)
}

async function answerEvent(event: unknown, routes: Routes, runtime: Runtime, log: RequestLog) {
  const sent = readEvent(event, runtime)
  if (sent === undefined) {
    return { requestId: 'unknown', endpoint: 'unknown', answer: answerPlainly(400, 'event-malformed') }
  }
  const http = withoutSlash(sent, routes)
  const { requestId } = http
  const route = Object.hasOwn(routes, http.route) ? routes[http.route] : undefined
  if (route === undefined)
    return { requestId, endpoint: 'unknown', answer: answerPlainly(404, 'route-unknown') }
  const answer: Answer = await route.answer(http, runtime, log)
  return { requestId, endpoint: route.endpoint, answer }
}

function readEvent(event: unknown, runtime: Runtime): HttpRequest | undefined {
  try {
    return toHttpRequest(event, runtime.settings)
  } catch (error) {
    if (error instanceof MalformedEvent) return undefined
    throw error
  }
}
