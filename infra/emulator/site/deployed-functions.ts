import { routes as authorization } from '../../../functions/authorization/routes.ts'
import { routes as discovery } from '../../../functions/discovery/routes.ts'
import { routes as introspection } from '../../../functions/introspection/routes.ts'
import { routes as management } from '../../../functions/management/routes.ts'
import { routes as revocation } from '../../../functions/revocation/routes.ts'
import { routes as standardIntrospection } from '../../../functions/standard-introspection/routes.ts'
import { routes as tokenManagement } from '../../../functions/token-management/routes.ts'
import { routes as token } from '../../../functions/token/routes.ts'
import { serve } from '../../../shared/lambda/serve.ts'
import type { Runtime } from '../../../shared/runtime.ts'
import type { EdgeRoutes } from '../edge/route-match.ts'

const FUNCTIONS = [
  authorization,
  discovery,
  introspection,
  management,
  revocation,
  standardIntrospection,
  token,
  tokenManagement,
]

/** The routes of all functions. */
export const DEPLOYED_ROUTES = Object.assign({}, ...FUNCTIONS) as (typeof FUNCTIONS)[number]

/** The handlers that are deployed, each under its routes, over one runtime. */
export function deployedFunctions(runtime: Runtime): EdgeRoutes {
  return new Map(
    FUNCTIONS.flatMap((routes) => {
      const handler = serve(routes, runtime)
      return Object.keys(routes).map((template) => [template, handler] as const)
    }),
  )
}
