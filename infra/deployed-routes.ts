import { globSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Routes } from '../shared/lambda/route.ts'
import { ROOT } from './root.ts'

const NAMES = globSync('functions/*/routes.ts', { cwd: ROOT }).map((file) => basename(dirname(file)))

/** The routes of each function that has any. */
export const FUNCTIONS = await Promise.all(NAMES.map(routesOf))

async function routesOf(name: string): Promise<Routes> {
  const { routes } = (await import(`../functions/${name}/routes.ts`)) as { readonly routes: Routes }
  return routes
}

/** The routes of all functions. */
export const ROUTES = Object.assign({}, ...FUNCTIONS) as Routes
