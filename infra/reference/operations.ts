import { DEPLOYED_ROUTES } from '../emulator/deployed-functions.ts'
import type { Route } from '../../shared/lambda/route.ts'
import { ENDPOINTS } from './endpoints.ts'

/** One method of one path. */
export interface Operation {
  readonly id: string
  readonly template: string
  readonly method: 'get' | 'post' | 'delete'
  readonly route: Route
  /** Of the Web API. */
  readonly version: 'v2' | 'v3' | undefined
}

/** All routes that take anything, in the order of `ENDPOINTS`, each once. */
export function deployedRoutes(): Route[] {
  const offered = [...new Set(Object.values(DEPLOYED_ROUTES))].filter(({ methods }) => methods.length > 0)
  const order = Object.keys(ENDPOINTS)
  return offered.sort((a, b) => order.indexOf(a.endpoint) - order.indexOf(b.endpoint))
}

export function operationsOf(route: Route): Operation[] {
  const templates = Object.keys(DEPLOYED_ROUTES).filter((template) => DEPLOYED_ROUTES[template] === route)
  return templates.flatMap((template) =>
    route.methods.map((method): Operation => {
      const about = {
        template: pathOf(template),
        route,
        version: versionOf(template),
        method: METHODS[method],
      }
      return { ...about, id: idOf(about, route.methods.length > 1) }
    }),
  )
}

/** OpenAPI has no parameter that takes several segments. */
export function pathOf(template: string): string {
  return template.replace('+}', '}')
}

function versionOf(template: string): Operation['version'] {
  if (template.includes('{serviceId}')) return 'v3'
  return template.startsWith('/api/') ? 'v2' : undefined
}

const METHODS = { GET: 'get', POST: 'post', DELETE: 'delete' } as const

/** For example `v3_auth_token`, `oauth_introspection_standard`, `v2_client_get_clientId`. */
function idOf({ template, version, method }: Omit<Operation, 'id'>, withMethod: boolean): string {
  const words = template.split(/[^A-Za-z0-9]+/).filter((word) => !['', 'api', 'serviceId'].includes(word))
  return [version ?? 'oauth', ...words, ...(withMethod ? [method] : [])].join('_')
}
