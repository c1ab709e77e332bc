import { introspect, type IntrospectionRequest, type UsableToken } from '../../shared/token/introspect.ts'
import type { Call } from '../../shared/call.ts'
import type { Client } from '../../shared/store/client.ts'

export interface IntrospectedToken extends UsableToken {
  readonly clientAttributes: Client['attributes']
}

/** The decision for the Web API, whose answer has the attributes of the client. @throws Refusal as `introspect` */
export async function introspectForService(
  request: IntrospectionRequest,
  call: Call,
): Promise<IntrospectedToken> {
  const usable = await introspect(request, call)
  const { service, store } = call
  const client = await store.registry.findClientByNumber(service.apiKey, usable.grant.client)
  return { ...usable, clientAttributes: client?.attributes ?? [] }
}
