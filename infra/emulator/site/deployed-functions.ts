import { globSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Routes } from '../../../shared/lambda/route.ts'
import { serve } from '../../../shared/lambda/serve.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { ROOT } from '../../root.ts'
import type { EdgeRoutes } from '../edge/route-match.ts'

const NAMES = globSync('functions/*/routes.ts', { cwd: ROOT }).map((file) => basename(dirname(file)))

/** The routes of each function that has any. */
const FUNCTIONS = await Promise.all(NAMES.map(routesOf))

async function routesOf(name: string): Promise<Routes> {
  const { routes } = (await import(`../../../functions/${name}/routes.ts`)) as { readonly routes: Routes }
  return routes
}

/** The routes of all functions. */
export const ROUTES = Object.assign({}, ...FUNCTIONS) as Routes

/** The deployed handlers, each under its routes, over one runtime. */
export function deployedFunctions(runtime: Runtime): EdgeRoutes {
  return new Map(
    FUNCTIONS.flatMap((routes) => {
      const handler = serve(routes, runtime)
      return Object.keys(routes).map((template) => [template, handler] as const)
    }),
  )
}
