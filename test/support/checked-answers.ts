import { isDeepStrictEqual } from 'node:util'
import type * as z from 'zod/mini'
import openApi from '../../docs/openapi.json' with { type: 'json' }
import { ANSWERS, type AnswerSpec } from '../../infra/reference/answers.ts'
import { pathOf } from '../../infra/reference/operations.ts'
import type { Route, Routes } from '../../shared/lambda/route.ts'
import { type LambdaResult, serve } from '../../shared/lambda/serve.ts'
import { ApiError, OAuthError } from '../../shared/answer-schema.ts'
import type { Runtime } from '../../shared/runtime.ts'

/** `serve`, with every answer held against the schema that the reference has for it. */
export function serveChecked(routes: Routes, runtime: Runtime) {
  const handler = serve(routes, runtime)
  return async (event: unknown): Promise<LambdaResult> => {
    const result = await handler(event)
    const template = templateOf(event as { routeKey?: string; resource?: string })
    const route = Object.hasOwn(routes, template) ? routes[template] : undefined
    const wrong = route && (faultIn(result, route) ?? faultInCode(result, template))
    if (wrong !== undefined) throw new Error(`${template} answered ${result.body}\n${wrong}`)
    return result
  }
}

const templateOf = ({ routeKey, resource = '' }: { routeKey?: string; resource?: string }) =>
  routeKey === undefined ? resource : routeKey.slice(routeKey.indexOf(' ') + 1)

/** What an answer has that its schema does not have, and the other way round. */
export function faultIn({ statusCode, body }: LambdaResult, { endpoint, face }: Route): string | undefined {
  const spec = ANSWERS[endpoint]
  if (spec === undefined) return `no schema of ${endpoint}`
  if (statusCode !== 200 && statusCode !== 204) return fault(face === 'oauth' ? OAuthError : ApiError, body)
  if (spec.body === 'never') return 'it should refuse'
  if (spec.body === 'text') return undefined
  if (spec.body === 'nothing') return statusCode === 204 && body === '' ? undefined : 'it should be empty'
  return statusCode === 200
    ? (fault(spec.body, body) ?? faultInContent(spec, body))
    : 'it should not be empty'
}

/** A code that the reference does not have for this path. */
function faultInCode({ body }: LambdaResult, template: string): string | undefined {
  const operations = Object.values(PATHS[pathOf(template)] ?? {})
  const { resultCode } = JSON.parse(body.startsWith('{') ? body : '{}') as { resultCode?: string }
  const known = operations.flatMap(({ 'x-result-codes': codes = [] }) => codes)
  if (resultCode === undefined || operations.length === 0 || known.includes(resultCode)) return undefined
  return `docs/openapi.json has no ${resultCode} there; \`npm run reference\` makes it anew`
}

type Paths = Readonly<Record<string, Readonly<Record<string, { 'x-result-codes'?: string[] }>>>>
const PATHS = openApi.paths as unknown as Paths

function faultInContent({ content }: AnswerSpec, body: string): string | undefined {
  if (content === undefined) return undefined
  const { action = '', responseContent = '' } = JSON.parse(body) as Record<string, string>
  const schema = content[action]
  return schema && fault(schema, responseContent)
}

const isJws = (text: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
const payloadOf = (jws: string) => Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()

/** Nothing may be dropped, filled in or converted on the way. */
function fault(schema: z.ZodMiniType, text: string): string | undefined {
  // Of a member that is named so zod keeps nothing, whatever the schema says.
  const value: unknown = JSON.parse(isJws(text) ? payloadOf(text) : text, (name, member: unknown) =>
    name === '__proto__' ? undefined : member,
  )
  const parsed = schema.safeParse(value)
  if (!parsed.success) return JSON.stringify(parsed.error.issues)
  return isDeepStrictEqual(parsed.data, value)
    ? undefined
    : `the schema has only ${JSON.stringify(parsed.data)}`
}
