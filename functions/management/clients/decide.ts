import { digest } from '../../../shared/store/digest.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { Client, type StoredClient } from '../../../shared/store/client.ts'
import { LOST, repeatWhileLost } from '../../../shared/store/contention.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import { clientNumber } from '../../../shared/store/registry.ts'
import type { Service } from '../../../shared/store/service.ts'
import { newNumber, newSecret } from '../../../shared/store/identity.ts'
import { refuseTooLarge } from '../record-size.ts'
import { Precondition } from '../precondition.ts'
import type { ClientNamed, ClientSettings, SettingsRequest, UpdateRequest } from './request.ts'
import { checkClient } from './rules.ts'
import { ClientJwkSet } from './settings-schema.ts'

export interface ClientWithSecret {
  readonly client: StoredClient
  /** Only this answer has it: the store has only its digest. */
  readonly secret: string
}

/**
 * Creates a client. Public clients get a secret too, for a later change of their type (Authlete contract, section 2.13).
 *
 * @throws Refusal client-…
 */
export async function createClient(
  { settings, carried }: SettingsRequest,
  { service, store, now, random, log }: Call,
): Promise<ClientWithSecret> {
  await checkClient(settings, service)
  const secret = newSecret(random)
  const record = { ...recordOf(settings, carried), tokenAuthMethod: methodOfNew(settings) }
  refuseTooLarge(record, 'client-too-large')
  return repeatWhileLost(async () => {
    const client = Client.parse({
      ...record,
      clientId: newNumber(random),
      clientSecretDigest: digest(secret),
      createdAt: now,
      modifiedAt: now,
    })
    checkProfile(client, service)
    log.note({ client: client.clientId })
    if (await store.clients.create(service.apiKey, client, now)) return { client, secret }
    const { clientIdAlias } = client
    if (clientIdAlias !== undefined && (await store.registry.isAliasTaken(service.apiKey, clientIdAlias))) {
      throw new Refusal('client-alias-taken')
    }
    return LOST
  })
}

/** @throws Refusal client-not-fapi2 */
function checkProfile(client: StoredClient, service: Service): void {
  const { violations } = settingsOf(service, client)
  if (violations.length > 0) throw new Refusal('client-not-fapi2', { named: violations.join(', ') })
}

/** A confidential client that is created without a method must be able to use Basic (Authlete contract, section 3.2). */
function methodOfNew({ clientType, tokenAuthMethod }: ClientSettings): StoredClient['tokenAuthMethod'] {
  return tokenAuthMethod ?? (clientType === 'CONFIDENTIAL' ? 'CLIENT_SECRET_BASIC' : 'NONE')
}

/** The members of the stored record. `carried` has the settings without an effect. */
function recordOf(settings: ClientSettings, carried: SettingsRequest['carried']) {
  const { extension, jwks, ...members } = settings
  const keys = jwks === undefined ? {} : { jwks: ClientJwkSet.parse(JSON.parse(jwks)) }
  return { ...members, ...keys, ...(extension === undefined ? {} : { extension }), carried }
}

/** @throws Refusal if the client does not exist */
export async function getClient(named: ClientNamed, call: Call): Promise<StoredClient> {
  return findNamed(named, 'client-unknown-at-get', call)
}

/** Not from the cache. @param reason2 the reason of v2 to refuse an unknown client; v3 has the same reasons in all APIs */
export async function findNamed(
  { clientId, version }: ClientNamed,
  reason2: Reason | undefined,
  { service, store, log }: Call,
): Promise<StoredClient> {
  const client = await store.registry.currentClient(service.apiKey, clientId)
  if (client === undefined) {
    throw new Refusal(version === 2 && reason2 !== undefined ? reason2 : unknownReason(clientId))
  }
  log.note({ client: client.clientId })
  return client
}

function unknownReason(clientId: string): Reason {
  return clientNumber(clientId) === undefined ? 'api-client-unknown' : 'api-client-number-unknown'
}

/**
 * Replaces the settings. Absent settings get their defaults (Authlete contract, rule 9), but `fapi2` stays as it is. The secret
 * does not change. An update can lock the client, but only `lock_flag` can unlock it.
 *
 * @throws Refusal client-…, record-changed
 */
export async function updateClient(request: UpdateRequest, call: Call): Promise<StoredClient> {
  const { carried, ifMatch } = request
  const { service, store, now } = call
  const { registry, clients } = store
  const before = await findNamed(request, 'client-unknown-at-update', call)
  const condition = new Precondition(ifMatch)
  condition.require(before)
  const settings = withKept(withoutOwnNumber(request.settings, before.clientId), before)
  await checkClient(settings, service, before)
  const record = recordOf(settings, carried)
  refuseTooLarge(record, 'client-too-large')
  checkProfile(Client.parse({ ...record, clientId: before.clientId }), service)
  await reserveAlias(settings.clientIdAlias, before, call)
  const lock = () => clients.setLocked(service.apiKey, before, true)
  if (settings.locked && ifMatch === undefined) await lock()
  let replaced: string | undefined
  const after = await registry.changeClient(service.apiKey, before.clientId, (current) => {
    replaced = current.clientIdAlias
    if (!condition.allows(current)) return undefined
    return {
      ...record,
      clientId: current.clientId,
      fapi2: request.settings.fapi2 ?? current.fapi2,
      clientSecretDigest: current.clientSecretDigest,
      weakSecret: current.weakSecret,
      locked: current.locked,
      createdAt: current.createdAt,
      modifiedAt: now,
    }
  })
  await settleAliases(before, replaced, settings.clientIdAlias, call)
  condition.refuseBroken()
  if (after === undefined) throw new Refusal('client-unknown-at-update')
  if (!settings.locked || ifMatch === undefined) return after
  // An update that its condition refuses must not lock the client, so here the lock comes last.
  await lock()
  return findNamed({ ...request, clientId: String(before.clientId) }, 'client-unknown-at-update', call)
}

/** Callers that know only Authlete's settings leave `fapi2` out, and must not take it off by that. */
function withKept(settings: ClientSettings, { fapi2 }: StoredClient): ClientSettings {
  return { ...settings, fapi2: settings.fapi2 ?? fapi2 }
}

/** Answers have the number in place of an absent alias, and callers send back the answers that they read. */
function withoutOwnNumber(settings: ClientSettings, clientId: number): ClientSettings {
  return settings.clientIdAlias === String(clientId) ? { ...settings, clientIdAlias: undefined } : settings
}

async function reserveAlias(
  alias: string | undefined,
  { clientId }: StoredClient,
  { service: { apiKey }, store }: Call,
): Promise<void> {
  if (alias === undefined) return
  if (!(await store.registry.putAlias(apiKey, alias, clientId))) {
    throw new Refusal('client-alias-taken-at-update')
  }
}

/** Only the last of the changes that overlap decides which alias the client has. It may have been deleted as well. */
async function settleAliases(
  { clientId }: StoredClient,
  replaced: string | undefined,
  given: string | undefined,
  { service: { apiKey }, store }: Call,
): Promise<void> {
  if (replaced === given) return
  for (const alias of [replaced, given]) {
    if (alias === undefined) continue
    const isFree = await store.clients.settleAlias(apiKey, alias, clientId)
    if (!isFree && alias === given) throw new Refusal('client-alias-taken-at-update')
  }
}

/** @throws Refusal if the client does not exist */
export async function deleteClient(named: ClientNamed, call: Call): Promise<void> {
  const client = await findNamed(named, 'client-unknown-at-delete', call)
  await call.store.clients.remove(call.service.apiKey, client)
}

/** Locks or unlocks a client at once, because its state is read with each token (architecture, section 3). */
export async function lockClient(
  request: ClientNamed & { readonly locked: boolean },
  call: Call,
): Promise<StoredClient> {
  const client = await findNamed(request, undefined, call)
  const done = await call.store.clients.setLocked(call.service.apiKey, client, request.locked)
  if (!done) throw new Refusal(unknownReason(request.clientId))
  return client
}

/**
 * Limits the scopes that the client may request, or lifts the limit. Scopes that the service does not have are left out. Without
 * any the client may request none.
 *
 * @throws Refusal client-too-large, or if the client does not exist
 */
export async function limitScopes(
  request: ClientNamed & { readonly scopes: readonly string[] | undefined },
  call: Call,
): Promise<StoredClient> {
  const { service, store, now } = call
  const { clientId } = await findNamed(request, undefined, call)
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
  if (client === undefined) throw new Refusal(unknownReason(request.clientId))
  return client
}
