import { ROUTES } from '../deployed-routes.ts'
import type { HttpMethod, Route } from '../../shared/lambda/route.ts'
import { ENDPOINTS } from './endpoints.ts'

/** A method of a path of a route. */
export interface RouteMethod {
  readonly id: string
  readonly template: string
  readonly method: Lowercase<HttpMethod>
  readonly route: Route
  /** The version of the Web API; absent on the OAuth face. */
  readonly version: 'v2' | 'v3' | undefined
}

/** Every route that accepts a method, in the order of `ENDPOINTS`. */
export function deployedRoutes(): Route[] {
  const offered = [...new Set(Object.values(ROUTES))].filter(({ methods }) => methods.length > 0)
  const order = Object.keys(ENDPOINTS)
  return offered.sort((a, b) => order.indexOf(a.endpoint) - order.indexOf(b.endpoint))
}

export function operationsOf(route: Route): RouteMethod[] {
  return route.paths.flatMap((template) =>
    route.methods.map((name): RouteMethod => {
      const version = versionOf(template)
      const method = name.toLowerCase() as Lowercase<HttpMethod>
      const words = template.split(/[^A-Za-z0-9]+/).filter((word) => !['', 'api', 'serviceId'].includes(word))
      const id = [version ?? 'oauth', ...words, ...(route.methods.length > 1 ? [method] : [])]
      return { id: id.join('_'), template: pathOf(template), method, route, version }
    }),
  )
}

/** OpenAPI has no parameter that matches several segments. */
export function pathOf(template: string): string {
  return template.replace('+}', '}')
}

function versionOf(template: string): RouteMethod['version'] {
  if (template.includes('{serviceId}')) return 'v3'
  return template.startsWith('/api/') ? 'v2' : undefined
}
