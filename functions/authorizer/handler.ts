import { serveAuthorizer } from '../../shared/lambda/authorizer.ts'
import { systemRuntime } from '../../shared/runtime.ts'
import { authorizer } from './authorizer.ts'

export const handler = serveAuthorizer(authorizer, systemRuntime())
