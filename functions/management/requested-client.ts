import type { HttpRequest } from '../../shared/http.ts'
import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { StoredClient } from '../../shared/store/client.ts'
import { parseNumber } from '../../shared/store/identity.ts'

/** The client that a request names. */
export interface RequestedClient {
  readonly clientId: string
  /** The reason to refuse the request if the client does not exist. */
  readonly unknown: Reason
}

/** @param reason the reason in v2 to refuse an unknown client. v3 has the same reasons at every endpoint (Authlete contract, section 1.6) */
export function readClientInPath(reason?: Reason) {
  return (http: HttpRequest): RequestedClient => {
    const { clientId, unknown } = requestedClient(http.pathParameters['clientId'] ?? '')
    return { clientId, unknown: isVersion3(http) ? unknown : (reason ?? unknown) }
  }
}

export function requestedClient(clientId: string): RequestedClient {
  const isNumber = parseNumber(clientId) !== undefined
  return { clientId, unknown: isNumber ? 'api-client-number-unknown' : 'api-client-unknown' }
}

/** Client ID aliases are always on in v3 (Authlete contract, section 3.2). */
export function isVersion3({ pathParameters }: HttpRequest): boolean {
  return pathParameters['serviceId'] !== undefined
}

/** Reads the client from the store and not from the cache. @throws Refusal if the client does not exist */
export async function findRequestedClient(
  { clientId, unknown }: RequestedClient,
  { service, store, log }: Call,
): Promise<StoredClient> {
  const client = await store.registry.findCurrentClient(service.apiKey, clientId)
  if (client === undefined) throw new Refusal(unknown)
  log.note({ client: client.clientId })
  return client
}
