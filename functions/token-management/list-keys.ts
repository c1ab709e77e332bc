import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Client } from '../../shared/store/client.ts'
import type { GrantKey } from '../../shared/store/grant.ts'

/** @param named the number or the alias @throws Refusal api-client-unknown */
export async function requireClient(
  named: string,
  { service: { apiKey }, store, log }: Call,
): Promise<Client> {
  const client = await store.registry.findClient(apiKey, named)
  if (client === undefined) throw new Refusal('api-client-unknown')
  log.note({ client: client.clientId })
  return client
}

/** The keys of all grants with tokens of these clients, or of one subject at them. The index may lag behind. */
export async function listKeys(
  clients: readonly number[],
  subject: string | undefined,
  { service: { apiKey }, store: { grants } }: Call,
): Promise<GrantKey[]> {
  return (await mapInBatches(clients, (client) => grants.list(apiKey, client, subject))).flat()
}

const CALLS_AT_ONCE = 20

/** The results of a call of the store for each item. */
export async function mapInBatches<Item, Result>(
  items: readonly Item[],
  call: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let start = 0; start < items.length; start += CALLS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + CALLS_AT_ONCE).map(call))))
  }
  return results
}
