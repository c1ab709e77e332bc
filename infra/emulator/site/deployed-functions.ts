import { serve } from '../../../shared/lambda/serve.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { FUNCTION_ROUTES } from '../../deployed-routes.ts'
import type { EdgeRoutes } from '../edge/route-match.ts'

/** The deployed handlers, keyed by their routes, with one runtime. */
export function deployedFunctions(runtime: Runtime): EdgeRoutes {
  return new Map(
    Object.values(FUNCTION_ROUTES).flatMap((routes) => {
      const handler = serve(routes, runtime)
      return Object.keys(routes).map((template) => [template, handler] as const)
    }),
  )
}
