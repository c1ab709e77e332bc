import { introspect, type UsableToken } from '../../shared/token/introspect.ts'
import type { IntrospectionRequest } from '../../shared/token/introspection-checks.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Client } from '../../shared/store/client.ts'

export interface IntrospectedToken extends UsableToken {
  readonly clientAttributes: Client['attributes']
}

/**
 * Introspects a token for the Web API, whose answer has the attributes of the client. A resource server must not learn from a stolen token
 * what an explanation shows, so an explanation needs the role `manage`.
 *
 * @throws Refusal explanation-for-managers, or as `introspect`
 */
export async function introspectForService(
  request: IntrospectionRequest,
  call: Call,
): Promise<IntrospectedToken> {
  if (request.explain === true && call.caller?.role !== 'manage') {
    throw new Refusal('explanation-for-managers')
  }
  const usable = await introspect(request, call)
  const { service, store } = call
  const client = await store.registry.findClientByNumber(service.apiKey, usable.grant.client)
  return { ...usable, clientAttributes: client?.attributes ?? [] }
}
