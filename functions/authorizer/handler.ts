import { serveAuthorizer } from '../../shared/lambda/authorizer.ts'
import { systemRuntime } from '../../shared/runtime/runtime.ts'
import { authorizeRequest } from './authorizer.ts'

export const handler = serveAuthorizer(authorizeRequest, systemRuntime())
