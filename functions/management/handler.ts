import { serve } from '../../shared/lambda/serve.ts'
import { systemRuntime } from '../../shared/runtime.ts'
import { routes } from './routes.ts'

/** The deployed entry. It is made at cold start, so that a wrong environment fails the start instead of a request. */
export const handler = serve(routes, systemRuntime())
