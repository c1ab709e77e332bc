import { digest } from '../../../shared/store/digest.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import { Client, type StoredClient } from '../../../shared/store/client.ts'
import { LOST, repeatWhileLost } from '../../../shared/store/unavailable.ts'
import { newNumber, newSecret } from '../../../shared/store/identity.ts'
import { refuseTooLarge } from '../record-size.ts'
import { Precondition } from '../precondition.ts'
import { keptSettings, readRecord } from './record.ts'
import { findRequestedClient, type RequestedClient } from '../requested-client.ts'
import type { SettingsRequest, ClientUpdateRequest } from './request.ts'

export interface ClientWithSecret {
  readonly client: StoredClient
  /** The store has only its digest, so no later answer has it. */
  readonly secret: string
}

/**
 * Creates a client. Public clients get a secret too, for a later change of their type (Authlete contract, section 2.13).
 *
 * @throws Refusal client-…, api-service-unknown
 */
export async function createClient(
  request: SettingsRequest,
  { service, store, now, random, log }: Call,
): Promise<ClientWithSecret> {
  const record = await readRecord(request, service)
  const secret = newSecret(random)
  return repeatWhileLost(async () => {
    const client = Client.parse({
      ...record,
      clientId: newNumber(random),
      clientSecretDigest: digest(secret),
      createdAt: now,
      modifiedAt: now,
    })
    log.note({ client: client.clientId })
    if (await store.clients.create(service.apiKey, client, now)) {
      // If the service was deleted since it was read, the deletion may have missed this client, or another service has the number now.
      if (await store.registry.isCurrent(service)) return { client, secret }
      await store.clients.remove(service.apiKey, client)
      throw new Refusal('api-service-unknown')
    }
    const { clientIdAlias } = client
    if (clientIdAlias !== undefined && (await store.registry.isAliasTaken(service.apiKey, clientIdAlias))) {
      throw new Refusal('client-alias-taken')
    }
    return LOST
  })
}

/**
 * Replaces the settings. Absent settings get their defaults (Authlete contract, rule 9), but some restrictions stay as they are. The
 * secret does not change. An update can lock the client, but only `lock_flag` can unlock it.
 *
 * @throws Refusal client-…, record-changed
 */
export async function updateClient(request: ClientUpdateRequest, call: Call): Promise<StoredClient> {
  const { service, store, now } = call
  const before = await findRequestedClient(request, call)
  const condition = new Precondition(request.ifMatch)
  condition.require(before)
  const record = await readRecord(request, service, before)
  const changed = await store.clients.changeWithAlias(
    service.apiKey,
    before.clientId,
    record.clientIdAlias,
    (current) =>
      condition.allows(current)
        ? {
            ...record,
            clientId: current.clientId,
            ...keptSettings(request.settings, current),
            clientSecretDigest: current.clientSecretDigest,
            weakSecret: current.weakSecret,
            locked: current.locked,
            createdAt: current.createdAt,
            modifiedAt: now,
          }
        : undefined,
  )
  if (changed === 'alias-taken') throw new Refusal('client-alias-taken-at-update')
  condition.refuseBroken()
  // An update that is refused must not lock the client, so the lock comes last.
  const isLocking = changed !== undefined && record.locked
  const after = isLocking ? await store.clients.setLocked(service.apiKey, before, true) : changed
  if (after === undefined) throw new Refusal(request.unknown)
  return after
}

/** @throws Refusal if the client does not exist */
export async function deleteClient(request: RequestedClient, call: Call): Promise<void> {
  const client = await findRequestedClient(request, call)
  const { store, service } = call
  // Notes have names of certificates. Those that are left here go with their time to live.
  const { lists } = store.certificates
  while ((await lists.eraseSome(service.apiKey, client.clientId)) && !isOutOfTime(call));
  await store.clients.remove(service.apiKey, client)
}

/** Locks or unlocks a client at once, because its state is read with each token (architecture, section 3). */
export async function lockClient(
  request: RequestedClient & { readonly locked: boolean },
  call: Call,
): Promise<StoredClient> {
  const client = await findRequestedClient(request, call)
  const changed = await call.store.clients.setLocked(call.service.apiKey, client, request.locked)
  if (changed === undefined) throw new Refusal(request.unknown)
  return changed
}

/**
 * Limits the scopes that the client may request, or lifts the limit. Scopes that the service does not have are left out. If none
 * remain, the client may not request any scope.
 *
 * @throws Refusal client-too-large, or if the client does not exist
 */
export async function limitScopes(
  request: RequestedClient & { readonly scopes: readonly string[] | undefined },
  call: Call,
): Promise<StoredClient> {
  const { service, store, now } = call
  const { clientId } = await findRequestedClient(request, call)
  const offered = service.supportedScopes.map(({ name }) => name)
  const limit = {
    requestableScopesEnabled: request.scopes !== undefined,
    requestableScopes: offered.filter((name) => request.scopes?.includes(name)),
  }
  const client = await store.registry.changeClient(service.apiKey, clientId, (current) => {
    const changed = { ...current, extension: { ...current.extension, ...limit }, modifiedAt: now }
    refuseTooLarge(changed, 'client-too-large')
    return changed
  })
  if (client === undefined) throw new Refusal(request.unknown)
  return client
}
