import type { Call } from '../../shared/runtime/call.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { introspect } from '../../shared/token/introspect.ts'
import { fromAuthorization } from './request.ts'
import { authorizerContext } from './respond.ts'

/** Introspects the token in the `Authorization` header like `/introspection` (architecture, section 1). */
export async function authorizeRequest(http: HttpRequest, call: Call, urls: readonly string[]) {
  return authorizerContext(await introspect(fromAuthorization(http, urls), call), call.service)
}
