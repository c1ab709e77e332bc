import { serveAuthorizer } from '../../shared/lambda/authorizer.ts'
import { systemRuntime } from '../../shared/runtime/runtime.ts'
import { authorize } from './authorizer.ts'

export const handler = serveAuthorizer(authorize, await systemRuntime())
