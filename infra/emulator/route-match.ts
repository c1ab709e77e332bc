export type LambdaHandler = (event: unknown) => Promise<unknown>

/** Route template, for example `/api/{serviceId}/auth/token`, to handler. */
export type Routes = ReadonlyMap<string, LambdaHandler>

export interface RouteMatch {
  readonly template: string
  readonly handler: LambdaHandler
  /** Decoded; absent when the template has none. */
  readonly pathParameters?: Record<string, string>
}

interface Pattern {
  readonly template: string
  readonly segments: readonly string[]
  readonly handler: LambdaHandler
}

/**
 * Finds the route of a path (as sent, without the query). A literal segment wins over a parameter, the leftmost
 * difference decides. Parameters take one whole segment, never an empty one; `{name+}`, at the end, takes all that is
 * left when nothing else does.
 */
export function routeMatcher(routes: Routes): (path: string) => RouteMatch | undefined {
  const patterns = [...routes]
    .filter(([template]) => template.includes('{'))
    .map(([template, handler]) => ({ template, handler, segments: template.split('/') }))
    .sort((a, b) => (specificity(a) < specificity(b) ? -1 : 1))

  return (path) => {
    const handler = routes.get(path)
    if (handler !== undefined && !path.includes('{')) return { template: path, handler }
    const segments = path.split('/')
    for (const pattern of patterns) {
      const pathParameters = bind(pattern.segments, segments)
      if (pathParameters !== undefined) {
        return { template: pattern.template, handler: pattern.handler, pathParameters }
      }
    }
    return undefined
  }
}

function specificity({ segments }: Pattern): string {
  return segments.map((segment) => (isGreedy(segment) ? '2' : isParameter(segment) ? '1' : '0')).join('')
}

function bind(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const last = pattern.at(-1) ?? ''
  if (isGreedy(last)) {
    const rest = segments.slice(pattern.length - 1).join('/')
    const plain = [...pattern.slice(0, -1), last.replace('+}', '}')]
    return bind(plain, [...segments.slice(0, pattern.length - 1), rest])
  }
  if (pattern.length !== segments.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (isParameter(expected)) {
      const value = decode(segment)
      if (value === undefined || value === '') return undefined
      parameters[expected.slice(1, -1)] = value
    } else if (segment !== expected) return undefined
  }
  return parameters
}

function isGreedy(segment: string): boolean {
  return segment.endsWith('+}')
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
