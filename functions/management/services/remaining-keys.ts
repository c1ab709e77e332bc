import { Refusal } from '../../../shared/refusal/refusal.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import type { Client, StoredClient } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import { offersOpenid } from '../../../shared/token/scopes.ts'
import { idTokenAlgorithm, signingAlgorithms } from '../../../shared/token/sign.ts'

/** The clients that one query reads. */
const PAGE_SIZE = 250

/**
 * Requires that the service still has a key for each signature after a change of `jwks` (docs/keys.md): for ID tokens if it offers
 * `openid`, and for the signed answers of each client. It reads the clients only if an algorithm loses its last key. `checkService` checks
 * access tokens.
 *
 * @throws Refusal service-key-needed, service-clients-unread
 */
export async function requireRemainingKeys(before: Service, after: Service, call: Call): Promise<void> {
  const isLost = before.jwks.some(({ alg }) => after.jwks.every((jwk) => jwk.alg !== alg))
  if (!isLost) return
  if (offersOpenid(after) && signingAlgorithms(before).length > 0 && signingAlgorithms(after).length === 0) {
    throw new Refusal('service-key-needed', { named: 'ID tokens' })
  }
  for await (const client of clientsOf(call)) {
    const remaining = signaturesFor(client, after)
    const missing = signaturesFor(client, before).find((name) => !remaining.includes(name))
    if (missing === undefined) continue
    throw new Refusal('service-key-needed', { named: `the client ${String(client.clientId)} (${missing})` })
  }
}

async function* clientsOf(call: Call): AsyncGenerator<StoredClient> {
  const { service, store } = call
  let page: readonly StoredClient[] = await store.registry.listFirstClients(service.apiKey, PAGE_SIZE)
  while (page.length > 0) {
    yield* page
    if (isOutOfTime(call)) throw new Refusal('service-clients-unread')
    page = await store.registry.listFirstClients(service.apiKey, PAGE_SIZE, page.at(-1)?.clientId)
  }
}

/** The client's settings for signed answers that the service has a key for. */
function signaturesFor(client: Client, service: Service): readonly string[] {
  const algorithms = signingAlgorithms(service, client)
  const responses = (['introspectionSignAlg', 'userInfoSignAlg'] as const).filter((name) =>
    algorithms.some((alg) => alg === client[name]),
  )
  const hasIdTokens = offersOpenid(service) && idTokenAlgorithm(client, service) !== undefined
  return hasIdTokens ? [...responses, 'idTokenSignAlg'] : responses
}
