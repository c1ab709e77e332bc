import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { eraseKeys } from './private-keys.ts'

const BATCH = 25

/**
 * Deletes a service with its clients and private keys. After the first write, every other call is refused, and another deletion
 * continues an interrupted one. No token of the service can become valid again without the clients and their states, even if a new
 * service gets the number.
 *
 * @throws Refusal api-service-unknown, service-deletion-unfinished
 */
export async function deleteService(_: undefined, call: Call): Promise<void> {
  const { service: found, store, now } = call
  const { registry, clients } = store
  const service = await registry.markDeleted(found, now)
  if (service === undefined) throw new Refusal('api-service-unknown')
  const { apiKey } = service
  const limited = <Left>(next: () => Promise<readonly Left[]>, remove: (left: Left) => Promise<void>) =>
    removeAll(next, remove, () => !isOutOfTime(call))
  await limited(
    () => registry.listFirstClients(apiKey, BATCH),
    (client) => clients.remove(apiKey, client),
  )
  // An interrupted creation or renaming of a client leaves its alias, which no new client could get.
  await limited(
    () => registry.listFirstAliases(apiKey, BATCH),
    (left) => clients.removeAlias(apiKey, left),
  )
  // A new service with this number must not refuse the certificates that this one has revoked.
  const { revocations } = store.certificates
  await limited(
    async () => (await revocations.list(apiKey, BATCH)).revoked,
    ({ named }) => revocations.erase(apiKey, named),
  )
  await eraseKeys(apiKey, service.privateKeyIds, store)
  await store.proofs.deleteNonceKey(apiKey)
  await registry.finishDeletion(service)
}

/** @throws Refusal service-deletion-unfinished */
async function removeAll<Left>(
  next: () => Promise<readonly Left[]>,
  remove: (left: Left) => Promise<void>,
  hasTime: () => boolean,
): Promise<void> {
  for (;;) {
    const batch = await next()
    if (batch.length === 0) return
    if (!hasTime()) throw new Refusal('service-deletion-unfinished')
    await Promise.all(batch.map(remove))
  }
}
