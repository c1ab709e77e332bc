import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/call.ts'
import type { Client } from '../../shared/store/client.ts'
import type { GrantKey } from '../../shared/store/grant.ts'

const QUERIES_AT_ONCE = 20

/** @param named the number or the alias @throws Refusal api-client-unknown */
export async function clientNamed(named: string, { service: { apiKey }, store }: Call): Promise<Client> {
  const client = await store.registry.findClient(apiKey, named)
  if (client === undefined) throw new Refusal('api-client-unknown')
  return client
}

export async function allClients({ service: { apiKey }, store }: Call): Promise<number[]> {
  return (await store.registry.listClients(apiKey)).map(({ clientId }) => clientId)
}

/** The keys of all grants with tokens of these clients, or of one subject at them. The index may lag behind. */
export async function listKeys(
  clients: readonly number[],
  subject: string | undefined,
  { service: { apiKey }, store: { grants } }: Call,
): Promise<GrantKey[]> {
  const keys: GrantKey[] = []
  for (let start = 0; start < clients.length; start += QUERIES_AT_ONCE) {
    const some = clients.slice(start, start + QUERIES_AT_ONCE)
    keys.push(...(await Promise.all(some.map((client) => grants.list(apiKey, client, subject)))).flat())
  }
  return keys
}
