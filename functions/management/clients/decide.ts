import { fapi2BreachOf } from '../../../shared/store/fapi2.ts'
import { digest } from '../../../shared/store/digest.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/call.ts'
import { Client } from '../../../shared/store/client.ts'
import { clientNumber } from '../../../shared/store/registry.ts'
import type { Service } from '../../../shared/store/service.ts'
import { newNumber, newSecret } from '../../../shared/store/identity.ts'
import { byCreation } from '../listing.ts'
import type { ClientNamed, ClientSettings, ListRequest, SettingsRequest } from './request.ts'
import { checkClient } from './rules.ts'
import { ClientJwkSet } from './settings-schema.ts'

const CREATE_TRIES = 5

export interface CreatedClient {
  readonly client: Client
  /** Shown once: only its digest is stored. */
  readonly secret: string
}

/**
 * Public clients get a secret too (Authlete contract, section 2.13): they need none until their type changes.
 *
 * @throws Refusal client-…
 */
export async function createClient(
  { settings, carried }: SettingsRequest,
  { service, store, now, random, log }: Call,
): Promise<CreatedClient> {
  await checkClient(settings)
  const secret = newSecret(random)
  const record = { ...recordOf(settings, carried), tokenAuthMethod: methodOfNew(settings) }
  for (let attempt = 0; attempt < CREATE_TRIES; attempt++) {
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
  }
  throw new Error('no free client number was found')
}

/** @throws Refusal client-not-fapi2 */
function checkProfile(client: Client, service: Service): void {
  const breach = fapi2BreachOf(client, service)
  if (breach !== undefined) throw new Refusal('client-not-fapi2', { named: breach })
}

/** A confidential client that is created without a method must be able to use Basic (Authlete contract, section 3.2). */
function methodOfNew({ clientType, tokenAuthMethod }: ClientSettings): Client['tokenAuthMethod'] {
  return tokenAuthMethod ?? (clientType === 'CONFIDENTIAL' ? 'CLIENT_SECRET_BASIC' : 'NONE')
}

/** The record stores what it knows; everything that only the management API knows is in `carried`. */
function recordOf(settings: ClientSettings, carried: SettingsRequest['carried']) {
  const { extension, jwks, ...members } = settings
  const keys = jwks === undefined ? {} : { jwks: ClientJwkSet.parse(JSON.parse(jwks)) }
  return { ...members, ...keys, ...(extension === undefined ? {} : { extension }), carried }
}

/** @throws Refusal when there is no such client */
export async function getClient(named: ClientNamed, call: Call): Promise<Client> {
  return findNamed(named, 'client-unknown-at-get', call)
}

/** @param reason2 what v2 answers where there is no such client; v3 has the same codes everywhere */
export async function findNamed(
  { clientId, version }: ClientNamed,
  reason2: Reason | undefined,
  { service, store, log }: Call,
): Promise<Client> {
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

export interface ClientList extends ListRequest {
  readonly totalCount: number
  readonly clients: readonly Client[]
}

/** In the order in which they were created. */
export async function listClients(request: ListRequest, { service, store }: Call): Promise<ClientList> {
  const { start, end, developer } = request
  const all = await store.registry.listClients(service.apiKey)
  const chosen = all
    .filter((client) => developer === undefined || client.carried['developer'] === developer)
    .sort(byCreation(({ clientId }) => clientId))
  return { ...request, totalCount: chosen.length, clients: chosen.slice(start, end) }
}

/**
 * Replaces the settings: what is left out goes back to its default (Authlete contract, rule 9). The secret stays. A lock stays
 * as well: it is a decision of its own, and only `lock_flag` takes it back.
 *
 * @throws Refusal client-…
 */
export async function updateClient(request: ClientNamed & SettingsRequest, call: Call): Promise<Client> {
  const { carried } = request
  const { service, store, now } = call
  const { registry, clients } = store
  const before = await findNamed(request, 'client-unknown-at-update', call)
  const settings = withoutOwnNumber(request.settings, before.clientId)
  await checkClient(settings)
  checkProfile(Client.parse({ ...recordOf(settings, carried), clientId: before.clientId }), service)
  await takeAlias(settings.clientIdAlias, before, call)
  if (settings.locked) await clients.setLocked(service.apiKey, before, true)
  const after = await registry.changeClient(service.apiKey, before.clientId, (current) => ({
    ...recordOf(settings, carried),
    clientId: current.clientId,
    clientSecretDigest: current.clientSecretDigest,
    locked: current.locked,
    createdAt: current.createdAt,
    modifiedAt: now,
  }))
  if (after === undefined) throw new Refusal('client-unknown-at-update')
  await leaveAlias(before, after, call)
  return after
}

/** A client without an alias is shown with its number in that place, and clients of the API send back what they read. */
function withoutOwnNumber(settings: ClientSettings, clientId: number): ClientSettings {
  return settings.clientIdAlias === String(clientId) ? { ...settings, clientIdAlias: undefined } : settings
}

async function takeAlias(
  alias: string | undefined,
  { clientId, clientIdAlias }: Client,
  { service: { apiKey }, store }: Call,
): Promise<void> {
  if (alias === undefined || alias === clientIdAlias) return
  if (!(await store.registry.putAlias(apiKey, alias, clientId))) {
    throw new Refusal('client-alias-taken-at-update')
  }
}

async function leaveAlias(before: Client, after: Client, { service: { apiKey }, store }: Call) {
  const { clientIdAlias, clientId } = before
  if (clientIdAlias === undefined || clientIdAlias === after.clientIdAlias) return
  await store.registry.deleteAlias(apiKey, clientIdAlias, clientId)
}

/** @throws Refusal when there is no such client */
export async function deleteClient(named: ClientNamed, call: Call): Promise<void> {
  const client = await findNamed(named, 'client-unknown-at-delete', call)
  await call.store.clients.remove(call.service.apiKey, client)
}

/** Locks or unlocks at once: the state of the client is read with each of its tokens (architecture, section 3). */
export async function lockClient(
  request: ClientNamed & { readonly locked: boolean },
  call: Call,
): Promise<Client> {
  const client = await findNamed(request, undefined, call)
  const done = await call.store.clients.setLocked(call.service.apiKey, client, request.locked)
  if (!done) throw new Refusal(unknownReason(request.clientId))
  return client
}
