import { introspect } from '../../shared/token/introspect.ts'
import { fromAuthorization } from './request.ts'
import { authorizerContext } from './respond.ts'

/** The decision of `/introspection` about the token in the `Authorization` header (architecture, section 1). */
export const authorizer = { read: fromAuthorization, decide: introspect, context: authorizerContext }
