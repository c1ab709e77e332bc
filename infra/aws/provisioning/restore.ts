import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import type { Client } from '../../../shared/store/client.ts'
import { digest } from '../../../shared/store/digest.ts'
import { newSecret } from '../../../shared/store/identity.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { ListSource } from '../../../shared/store/lists/sources.ts'
import type { Store } from '../../../shared/store/store.ts'
import { fromBackupOfClient, fromBackupOfService } from './from-backup.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { LOCAL, type Operator, runOperation } from '../../management/operation.ts'
import { type OwnerCredentials, renewOwner } from '../../management/owner.ts'
import { newSigningKeys, type NewSigningKeys, withSigningKeys } from '../../management/signing-keys.ts'
import { DamagedItem } from '../../../shared/store/listing.ts'
import { copyRevocations, type FormerRegistry, writeRevocations } from './restored-revocations.ts'

export interface RestoreOptions {
  readonly now: EpochSeconds
  readonly random: (bytes: number) => Buffer
  /** How long a function caches the records that it has read (`REGISTRY_CACHE_SECONDS`). */
  readonly cacheSeconds: number
  /** Whether clients get new secrets. Services and the owner always get new ones. */
  readonly newClientSecrets: boolean
  /** Whether services get new signing keys. Those of the backup are then no longer published. */
  readonly newSigningKey: boolean
  /** The numbers of the clients whose lost state is created again. Without its state, all tokens of a client are refused. */
  readonly revive: ReadonlySet<number> | 'all'
  /** The registry from before the restore, if it still exists. */
  readonly former: FormerRegistry | undefined
}

export type RestoredState = 'kept' | 'revived' | 'missing' | 'damaged'
export type RestoredService = Awaited<ReturnType<typeof restoreService>>

/**
 * Makes a restored registry safe. A backup undoes later changes. `tokensNotBefore` revokes all tokens, codes and tickets, because some of
 * them were revoked before. Secrets are replaced. Locks are copied from the states of the clients, which are in the other table. Deleted
 * clients have no state, so they remain unusable. Revocations of certificates are copied from there and from the former registry, before
 * anything else, and then written into the states of their clients. The backup does not show which keys were withdrawn, so all restored keys are listed.
 *
 * It can be repeated. It then also revokes tokens that were issued in between, and replaces the secrets of the previous run.
 */
export async function restoreServices(
  runtime: Runtime,
  options: RestoreOptions,
  operator: Operator = OPERATOR,
): Promise<RestoredService[]> {
  const restored = []
  for (const service of await runtime.store.registry.listServices()) {
    restored.push(
      await runOperation(runtime, operator, ({ store }) => restoreService(service, store, options)),
    )
  }
  return restored
}

/** @returns the new secrets, which are shown only once, because the tables contain only their digests */
async function restoreService(before: Service, store: Store, options: RestoreOptions) {
  const { apiKey } = before
  // A function with a warm cache still issues tokens for an old secret. They must be revoked too. Times are whole seconds.
  const cutOff = addSeconds(options.now, options.cacheSeconds + 1)
  const revocations = await copyRevocations(before, store, options)
  const secrets: { readonly role: string; readonly secret: string }[] = []
  const keys = options.newSigningKey ? newSigningKeys(before.jwks, options.random) : []
  for (const { privateJwk } of keys) await store.registry.putSigningKey(apiKey, privateJwk)
  const service = await store.registry.changeService(apiKey, (current) => {
    secrets.length = 0
    const credentials = current.credentials.map((credential) => {
      const secret = newSecret(options.random)
      secrets.push({ role: credential.role, secret })
      return { ...credential, digest: digest(secret) }
    })
    const tokensNotBefore = Math.max(current.tokensNotBefore ?? 0, cutOff)
    return { ...withSigningKeys(current, keys), credentials, tokensNotBefore }
  })
  // The backup also contains the key of the nonces.
  await store.proofs.putNonceKey(apiKey, options.random)
  if (service === undefined) throw new Error(`service ${apiKey} was deleted while it was being restored`)
  await deleteReplacedKeys(before, keys, store)
  const clients = []
  for (const client of await store.registry.listClients(apiKey)) {
    clients.push(await restoreClient(apiKey, client, store, options, cutOff))
  }
  const unwritten = await writeRevocations(service, store, options.now)
  const { issuer, tokensNotBefore = cutOff } = service
  return {
    apiKey,
    issuer,
    tokensNotBefore: tokensNotBefore as EpochSeconds,
    credentials: secrets,
    fromBackup: fromBackupOfService(before),
    revocations: { ...revocations, unwritten },
    ...(keys.length > 0 && { newSigningKeys: keys.map(({ publicJwk }) => publicJwk.kid) }),
    clients,
  }
}

async function deleteReplacedKeys(
  { apiKey, jwks }: Service,
  keys: NewSigningKeys,
  { registry }: Store,
): Promise<void> {
  if (keys.length === 0) return
  for (const { kid } of jwks) await registry.deleteSigningKey(apiKey, kid)
}

async function restoreClient(
  apiKey: number,
  client: Client,
  { registry, grants, clients }: Store,
  options: RestoreOptions,
  cutOff: EpochSeconds,
) {
  const { clientId, clientName, clientIdAlias, tokenAuthMethod } = client
  const before = await findState(apiKey, clientId, grants)
  const revived =
    before === undefined &&
    (options.revive === 'all' || options.revive.has(clientId)) &&
    (await clients.revive(apiKey, clientId, cutOff))
  const usesSecret = AUTHENTICATION_METHODS[tokenAuthMethod].needs === 'secret'
  const secret = options.newClientSecrets && usesSecret ? newSecret(options.random) : undefined
  await registry.changeClient(apiKey, clientId, (current) => ({
    ...current,
    locked: before === 'damaged' || (before?.locked ?? (revived || current.locked)),
    ...(secret !== undefined && { clientSecretDigest: digest(secret) }),
  }))
  // If the state is missing, the client was deleted after the backup, or the table of grants was lost. It is unusable until it is revived.
  const existing = before === 'damaged' ? before : 'kept'
  const state: RestoredState = before === undefined ? (revived ? 'revived' : 'missing') : existing
  const name = clientName ?? clientIdAlias
  return { clientId, name, state, secret, fromBackup: fromBackupOfClient(client) }
}

/** The state of a client. Nothing is accepted by a damaged one. */
async function findState(apiKey: number, clientId: number, grants: Store['grants']) {
  try {
    return await grants.findState(apiKey, clientId)
  } catch (error) {
    if (error instanceof DamagedItem) return 'damaged'
    throw error
  }
}

/** Replaces all credentials of the owner by one. @returns `undefined` if the deployment has no owner */
export async function restoreOwner(
  runtime: Runtime,
  operator: Operator = OPERATOR,
): Promise<OwnerCredentials | undefined> {
  const owner = await runtime.store.registry.findOwner()
  const apiKey = owner?.credentials.at(-1)?.apiKey
  if (apiKey === undefined) return undefined
  return runOperation(runtime, operator, ({ store, random }) => renewOwner(store.registry, random, apiKey))
}

/**
 * Lets the next run compare all certificates in use with the lists of each source, because revocations since the backup are lost.
 *
 * @returns the sources with the lists of the backup
 */
export async function restoreListSources(
  runtime: Runtime,
  operator: Operator = OPERATOR,
): Promise<readonly ListSource[]> {
  const before = await runtime.store.lists.sources.findCurrent()
  if (before.length === 0) return []
  await runOperation(runtime, operator, async ({ store }) =>
    store.lists.sources.changeSources((current) => current.map(({ isCompared: _, ...source }) => source)),
  )
  return before
}

const OPERATOR: Operator = { ...LOCAL, operation: 'restore' }
