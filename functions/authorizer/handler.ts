import { serveAuthorizer } from '../../shared/lambda/authorizer.ts'
import { systemRuntime } from '../../shared/runtime.ts'
import { authorizer } from './authorizer.ts'

/** The deployed entry: made at cold start, so that a wrong environment fails the start and not a request. */
export const handler = serveAuthorizer(authorizer, systemRuntime())
