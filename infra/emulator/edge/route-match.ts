export type LambdaHandler = (event: unknown) => Promise<unknown>

/** Route template, for example `/api/{serviceId}/auth/token`, to handler. */
export type EdgeRoutes = ReadonlyMap<string, LambdaHandler>

export interface RouteMatch {
  readonly template: string
  readonly handler: LambdaHandler
  /** Decoded; absent when the template has none. */
  readonly pathParameters?: Record<string, string>
}

/**
 * Finds the route of a path (as sent, without the query). A literal segment wins over a parameter, and the leftmost
 * difference decides. A parameter takes one whole segment, never an empty one. `{name+}`, at the end, takes the whole
 * rest when nothing else does.
 *
 * URLPattern and find-my-way do not match the path as sent: one resolves `..` first, the other decodes literal segments.
 */
export function routeMatcher(routes: EdgeRoutes): (path: string) => RouteMatch | undefined {
  const candidates = [...routes]
    .map(([template, handler]) => ({ template, handler, ...patternOf(template) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))

  return (path) => {
    for (const { template, handler, pattern } of candidates) {
      const found = pattern.exec(path)
      if (found === null) continue
      if (found.groups === undefined) return { template, handler }
      const pathParameters = decoded(found.groups)
      if (pathParameters !== undefined) return { template, handler, pathParameters }
    }
    return undefined
  }
}

/** `rank` sorts the most specific template first: a digit for each segment. */
function patternOf(template: string): { readonly rank: string; readonly pattern: RegExp } {
  const segments = template.split('/').map((segment) => {
    const [, name, greedy] = /^\{(\w+)(\+?)\}$/.exec(segment) ?? []
    if (name === undefined) return ['0', segment.replaceAll(/\W/g, String.raw`\$&`)]
    return greedy === '+' ? ['2', `(?<${name}>.+)`] : ['1', `(?<${name}>[^/]+)`]
  })
  return {
    rank: segments.map(([rank]) => rank).join(''),
    pattern: new RegExp(`^${segments.map(([, source]) => source).join('/')}$`, 's'),
  }
}

/** `undefined` when a value is not the percent-encoding of UTF-8. */
function decoded(values: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
