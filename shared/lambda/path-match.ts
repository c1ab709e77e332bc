import type { HttpRequest } from '../http.ts'
import type { Routes } from './route.ts'

/** What API Gateway has found for the path of a request. */
type Routed = Pick<HttpRequest, 'route' | 'pathParameters'>

/** A template of API Gateway that fits a path, with the values of its parameters. */
export interface PathMatch {
  readonly template: string
  readonly pathParameters: Readonly<Record<string, string>>
}

/**
 * Templates of the management of services and clients. Those with one parameter behind another are left out: API Gateway has decoded the
 * path, so a client ID with a slash in it would be a client and a subject.
 */
const MANAGEMENT = /^\/api(\/\{serviceId\})?\/(service|client)\/(?!.*\}\/\{)[^+]+$/

/**
 * Management paths may end with a slash. An HTTP API of API Gateway takes no route that does, so such a request comes by the
 * route of all other paths, `{proxy+}`. It becomes a request to the route without the slash.
 */
export function withoutSlash<Request extends Routed>(http: Request, routes: Routes): Request {
  if (!http.route.endsWith('/{proxy+}')) return http
  const match = matchPath(
    http,
    Object.keys(routes).filter((template) => MANAGEMENT.test(template)),
  )
  return match === undefined ? http : { ...http, route: match.template, pathParameters: match.pathParameters }
}

/** Finds the template that fits the path of a request, with or without a slash at its end. A literal wins over a parameter. */
export function matchPath(http: Routed, templates: readonly string[]): PathMatch | undefined {
  const given = segmentsOf(http)
  const fitting = templates.filter((template) => {
    const expected = template.split('/')
    return (
      expected.length === given.length &&
      expected.every((segment, i) => (segment.startsWith('{') ? given[i] !== '' : segment === given[i]))
    )
  })
  // `{` sorts after every character of a literal.
  const [template] = fitting.toSorted()
  if (template === undefined) return undefined
  const named = template
    .split('/')
    .flatMap((segment, i): [string, string][] =>
      segment.startsWith('{') ? [[segment.slice(1, -1), given[i] ?? '']] : [],
    )
  return { template, pathParameters: Object.fromEntries(named) }
}

/** API Gateway has decoded the parameters. */
function segmentsOf({ route, pathParameters }: Routed): readonly string[] {
  const path = route.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => pathParameters[name] ?? '')
  return path.replace(/\/$/, '').split('/')
}
