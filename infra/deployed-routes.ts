import { routes as announcement } from '../functions/announcement/routes.ts'
import { routes as authorization } from '../functions/authorization/routes.ts'
import { routes as discovery } from '../functions/discovery/routes.ts'
import { routes as introspection } from '../functions/introspection/routes.ts'
import { routes as management } from '../functions/management/routes.ts'
import { routes as revocation } from '../functions/revocation/routes.ts'
import { routes as standardIntrospection } from '../functions/standard-introspection/routes.ts'
import { routes as tokenManagement } from '../functions/token-management/routes.ts'
import { routes as token } from '../functions/token/routes.ts'
import { routes as userinfo } from '../functions/userinfo/routes.ts'
import type { Routes } from '../shared/lambda/route.ts'

/** The routes of each function with routes, keyed by its folder in functions/. */
export const FUNCTION_ROUTES = {
  ...{ announcement, authorization, discovery, introspection, management, revocation, token, userinfo },
  ...{ 'standard-introspection': standardIntrospection, 'token-management': tokenManagement },
} as const

/** The routes of all functions. */
export const ROUTES: Routes = Object.assign({}, ...Object.values(FUNCTION_ROUTES)) as Routes
