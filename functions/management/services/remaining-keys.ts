import { Refusal } from '../../../shared/refusal/refusal.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import type { Client, StoredClient } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import { offersOpenid } from '../../../shared/token/scopes.ts'
import { idTokenAlgorithm, signingAlgorithms } from '../../../shared/token/sign.ts'

/** The clients that one query reads. */
const PAGE_SIZE = 250

/**
 * Requires that a change of `jwks` takes no signature away (docs/keys.md): that of the ID tokens of a service which offers `openid`, and those
 * that a client is registered for. It reads the clients only if an algorithm loses its last key. For access tokens see `checkService`.
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
    const kept = signaturesFor(client, after)
    const missing = signaturesFor(client, before).find((name) => !kept.includes(name))
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

/** The settings by which a client is registered for signed answers, as far as the service has a key for them. */
function signaturesFor(client: Client, service: Service): readonly string[] {
  const algorithms = signingAlgorithms(service, client)
  const responses = (['introspectionSignAlg', 'userInfoSignAlg'] as const).filter((name) =>
    algorithms.some((alg) => alg === client[name]),
  )
  const hasIdTokens = offersOpenid(service) && idTokenAlgorithm(client, service) !== undefined
  return hasIdTokens ? [...responses, 'idTokenSignAlg'] : responses
}
