import { pathMatcher } from '../../../shared/lambda/path-match.ts'

export type LambdaHandler = (event: unknown) => Promise<unknown>

/** The handlers, keyed by route template, for example `/api/{serviceId}/auth/token`. */
export type EdgeRoutes = ReadonlyMap<string, LambdaHandler>

export interface RouteMatch {
  readonly template: string
  readonly handler: LambdaHandler
  /** The decoded parameters. They are absent if the template has no parameter. */
  readonly pathParameters?: Record<string, string>
}

/**
 * Finds the route of a path (as sent, without the query) like `pathMatcher`.
 *
 * URLPattern and find-my-way do not match the path as sent: the first resolves `..`, the second decodes literal segments.
 */
export function routeMatcher(routes: EdgeRoutes): (path: string) => RouteMatch | undefined {
  const match = pathMatcher([...routes.keys()])
  return (path) => {
    const { template = '', pathParameters: encoded = {} } = match(path) ?? {}
    const [handler, pathParameters] = [routes.get(template), decoded(encoded)]
    if (handler === undefined || pathParameters === undefined) return undefined
    return { template, handler, ...(Object.keys(encoded).length === 0 ? {} : { pathParameters }) }
  }
}

/** Decodes the parameters. @returns `undefined` if a value is not the percent-encoding of UTF-8 */
function decoded(values: Readonly<Record<string, string>>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
