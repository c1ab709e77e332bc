import type { Call } from '../../shared/runtime/call.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { introspect } from '../../shared/token/introspect.ts'
import { fromAuthorization } from './request.ts'
import { authorizerContext } from './respond.ts'

/** The decision of `/introspection` about the token in the `Authorization` header (architecture, section 1). */
export async function authorize(http: HttpRequest, call: Call, urls: readonly string[]) {
  return authorizerContext(await introspect(fromAuthorization(http, urls), call), call.service)
}
