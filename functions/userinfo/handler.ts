import { serve } from '../../shared/lambda/serve.ts'
import { systemRuntime } from '../../shared/runtime/runtime.ts'
import { routes } from './routes.ts'

export const handler = serve(routes, systemRuntime())
