import type { LogEntry } from '../../shared/log.ts'
import { introspect, type IntrospectionRequest, type UsableToken } from '../../shared/token/introspect.ts'
import type { Runtime } from '../../shared/runtime.ts'
import type { Client } from '../../shared/store/client.ts'
import type { Service } from '../../shared/store/service.ts'

export interface IntrospectedToken extends UsableToken {
  readonly clientAttributes: Client['attributes']
}

/** The decision for the Web API, whose caller gets back what it gave the client. @throws Refusal as `introspect` */
export async function introspectForService(
  request: IntrospectionRequest,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<IntrospectedToken> {
  const usable = await introspect(request, service, runtime, entry)
  const { registry } = runtime.store
  const client = await registry.findClientByNumber(service.apiKey, usable.grant.client)
  return { ...usable, clientAttributes: client?.attributes ?? [] }
}
