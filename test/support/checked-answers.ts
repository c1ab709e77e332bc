import { isDeepStrictEqual } from 'node:util'
import type * as z from 'zod/mini'
import { type EndpointReference, referenceOf } from '../../infra/reference/endpoints.ts'
import { resultCodes } from '../../infra/reference/result-codes.ts'
import { MalformedEvent, toHttpRequest } from '../../shared/gateway/event.ts'
import { withoutSlash } from '../../shared/lambda/path-match.ts'
import type { Route, Routes } from '../../shared/lambda/route.ts'
import { type LambdaResult, serve } from '../../shared/lambda/serve.ts'
import { exchangeOf } from './secrets/events.ts'
import { observe } from './secrets/exchange.ts'
import { watch } from './secrets/taps.ts'
import { answered } from './tested-codes/answered.ts'
import { ApiError, OAuthError } from '../../shared/answer-schema.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'

/** `serve`; it throws if the reference does not allow an answer. */
export function serveChecked(routes: Routes, runtime: Runtime) {
  const handler = serve(routes, runtime)
  return async (event: unknown): Promise<LambdaResult> => {
    const result = await handler(event)
    observe(watch, exchangeOf(event, result.body))
    const template = templateOf(event, routes, runtime)
    const route = Object.hasOwn(routes, template) ? routes[template] : undefined
    const wrong = route && (faultIn(result, route) ?? faultInCode(result, route))
    if (wrong !== undefined) throw new Error(`${template} answered ${result.body}\n${wrong}`)
    return result
  }
}

/** The route of an event. A malformed event has none. */
function templateOf(event: unknown, routes: Routes, { settings }: Runtime): string {
  try {
    return withoutSlash(toHttpRequest(event, settings), routes).route
  } catch (error) {
    if (error instanceof MalformedEvent) return ''
    throw error
  }
}

/** How an answer differs from its schema in the reference: members may be neither missing nor additional. */
export function faultIn({ statusCode, body }: LambdaResult, { endpoint, face }: Route): string | undefined {
  const described = referenceOf(endpoint)
  const { answer } = described
  const done = described.creates === true ? 201 : 200
  if (statusCode !== done && statusCode !== 204) return fault(face === 'oauth' ? OAuthError : ApiError, body)
  if (answer === 'text') return undefined
  if (answer === 'nothing') return statusCode === 204 && body === '' ? undefined : 'the body must be empty'
  return statusCode === done
    ? (fault(answer, body) ?? faultInContent(described, body))
    : 'the body must not be empty'
}

/** A code or an error that the reference does not have at the endpoint. */
export function faultInCode({ body }: LambdaResult, route: Route): string | undefined {
  const { resultCode, error } = JSON.parse(body.startsWith('{') ? body : '{}') as Record<string, string>
  const code = route.face === 'oauth' ? error : resultCode
  if (code === undefined) return undefined
  answered.add(`${route.endpoint} ${code}`)
  if (resultCodes(route).includes(code)) return undefined
  return `add ${code} for ${route.endpoint} to infra/reference/result-codes.json, then run \`npm run generate\``
}

function faultInContent({ content }: EndpointReference, body: string): string | undefined {
  if (content === undefined) return undefined
  const { action = '', responseContent = '' } = JSON.parse(body) as Record<string, string>
  const schema = content[action]
  return schema && fault(schema, responseContent)
}

const isJws = (text: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
const payloadOf = (jws: string) => Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()

/** The schema must accept the value and leave it as it is: nothing dropped, filled in or converted. */
function fault(schema: z.ZodMiniType, text: string): string | undefined {
  // zod drops a member of this name under every schema.
  const value: unknown = JSON.parse(isJws(text) ? payloadOf(text) : text, (name, member: unknown) =>
    name === '__proto__' ? undefined : member,
  )
  const parsed = schema.safeParse(value)
  if (!parsed.success) return JSON.stringify(parsed.error.issues)
  return isDeepStrictEqual(parsed.data, value)
    ? undefined
    : `the schema has only ${JSON.stringify(parsed.data)}`
}
