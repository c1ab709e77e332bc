import type { HttpRequest } from '../http.ts'
import type { Routes } from './route.ts'

/** The result of API Gateway for the path of a request. */
type Routed = Pick<HttpRequest, 'route' | 'pathParameters'>

/** A template of API Gateway that matches a path, with the values of its parameters. */
export interface PathMatch {
  readonly template: string
  readonly pathParameters: Readonly<Record<string, string>>
}

type PathMatcher = (path: string) => PathMatch | undefined

/**
 * Templates of the management of services and clients. Templates with two adjacent parameters are left out, because API Gateway has
 * decoded the path: a client ID with a slash in it would become a client and a subject.
 */
const MANAGEMENT = /^\/api(\/\{serviceId\})?\/(service|client)\/(?!.*\}\/\{)[^+]+$/

/**
 * Management paths may end with a slash. An HTTP API of API Gateway does not support such routes, so the request arrives at the route of
 * all other paths, `{proxy+}`. It becomes a request to the route without the slash.
 */
export function withoutSlash<Request extends Routed>(http: Request, routes: Routes): Request {
  if (!http.route.endsWith('/{proxy+}')) return http
  const templates = Object.keys(routes).filter((template) => MANAGEMENT.test(template))
  const match = matchPath(http, pathMatcher(templates))
  return match === undefined ? http : { ...http, route: match.template, pathParameters: match.pathParameters }
}

/** Finds the template that matches the path of a request, with or without a slash at its end. */
export function matchPath(http: Routed, match: PathMatcher): PathMatch | undefined {
  // API Gateway has decoded the parameters.
  const path = http.route.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => http.pathParameters[name] ?? '')
  return match(path.replace(/\/$/, ''))
}

/**
 * Finds the template that matches a path, and its parameters, which are not decoded. A literal segment wins over a parameter, and the
 * leftmost difference decides. A parameter matches one whole segment that is not empty. `{name+}` at the end matches the whole rest if no
 * other template does.
 */
export function pathMatcher(templates: readonly string[]): PathMatcher {
  // `{` sorts after every character of a literal, and `|` after `{`.
  const rank = (template: string) => template.replaceAll(/\{\w+\}/g, '{').replace(/\{\w+\+\}$/, '|')
  const patterns = templates
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((template) => ({ template, pattern: patternOf(template) }))
  return (path) => {
    for (const { template, pattern } of patterns) {
      const found = pattern.exec(path)
      if (found !== null) return { template, pathParameters: { ...found.groups } }
    }
    return undefined
  }
}

function patternOf(template: string): RegExp {
  const source = template.replaceAll(/\{(\w+)(\+?)\}|\W/g, (text, name?: string, greedy?: string) =>
    name === undefined ? `\\${text}` : `(?<${name}>${greedy === '+' ? '.+' : '[^/]+'})`,
  )
  return new RegExp(`^${source}$`, 's')
}
