import { type EpochSeconds, later } from '../../../shared/epoch-seconds.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { Store } from '../../../shared/store/store.ts'

export interface RestoreOptions {
  readonly now: EpochSeconds
  readonly random: (bytes: number) => Buffer
  /** How long a running function may still go on with what it read before (`REGISTRY_CACHE_SECONDS`). */
  readonly cacheSeconds: number
  /** New secrets for clients too; those of the services and of the owner are always new. */
  readonly newClientSecrets: boolean
  /** Numbers of clients whose lost state is made anew. Without its state nothing of a client lives. */
  readonly revive: ReadonlySet<number> | 'all'
}

/** Secrets are shown once; the tables have their digests. */
export interface RestoredService {
  readonly apiKey: number
  readonly issuer: string
  readonly tokensNotBefore: EpochSeconds
  readonly credentials: readonly { readonly role: string; readonly secret: string }[]
  readonly clients: readonly RestoredClient[]
}

export interface RestoredClient {
  readonly clientId: number
  readonly name: string | undefined
  /** `missing`: it was deleted after the backup, or the table of grants was lost. It stays unusable until it is revived. */
  readonly state: 'kept' | 'revived' | 'missing'
  readonly secret: string | undefined
}

/**
 * Makes a restored registry safe again. A backup brings back what was ended since: tokens, codes and tickets (ended once
 * more, by `tokensNotBefore`), secrets that were replaced (replaced again), locks that were set (taken over from the
 * clients' states, which lie in the other table) and clients that were deleted (they have no state, and so stay dead).
 *
 * May be repeated: then it ends what was issued in between, and the secrets of the last time.
 */
export async function restoreServices(store: Store, options: RestoreOptions): Promise<RestoredService[]> {
  const restored = []
  for (const { apiKey } of await store.registry.listServices()) {
    restored.push(await restoreService(apiKey, store, options))
  }
  return restored
}

async function restoreService(
  apiKey: number,
  { registry, ...store }: Store,
  options: RestoreOptions,
): Promise<RestoredService> {
  // Tokens that a function with a warm cache still gives to an old secret must end as well; times are whole seconds.
  const cutOff = later(options.now, options.cacheSeconds + 1)
  const secrets: { readonly role: string; readonly secret: string }[] = []
  const service = await registry.changeService(apiKey, (current) => {
    secrets.length = 0
    const credentials = current.credentials.map((credential) => {
      const secret = newSecret(options)
      secrets.push({ role: credential.role, secret })
      return { ...credential, digest: digest(secret) }
    })
    return { ...current, credentials, tokensNotBefore: Math.max(current.tokensNotBefore ?? 0, cutOff) }
  })
  if (service === undefined) throw new Error(`service ${apiKey} was deleted while it was being restored`)
  const clients = []
  for (const client of await registry.listClients(apiKey)) {
    clients.push(await restoreClient(service, client, { registry, ...store }, options, cutOff))
  }
  const { issuer, tokensNotBefore = cutOff } = service
  return { apiKey, issuer, tokensNotBefore: tokensNotBefore as EpochSeconds, credentials: secrets, clients }
}

async function restoreClient(
  { apiKey }: Service,
  client: Client,
  { registry, grants, clients }: Store,
  options: RestoreOptions,
  cutOff: EpochSeconds,
): Promise<RestoredClient> {
  const { clientId, clientName, clientIdAlias } = client
  const before = await grants.findState(apiKey, clientId)
  const revived =
    before === undefined &&
    (options.revive === 'all' || options.revive.has(clientId)) &&
    (await clients.revive(apiKey, clientId, client.locked, cutOff))
  const secret = options.newClientSecrets && usesSecret(client) ? newSecret(options) : undefined
  await registry.changeClient(apiKey, clientId, (current) => ({
    ...current,
    locked: before?.locked ?? current.locked,
    ...(secret === undefined ? {} : { clientSecretDigest: digest(secret) }),
  }))
  const state = before === undefined ? (revived ? 'revived' : 'missing') : 'kept'
  return { clientId, name: clientName ?? clientIdAlias, state, secret }
}

function usesSecret({ tokenAuthMethod }: Client): boolean {
  return tokenAuthMethod === 'CLIENT_SECRET_BASIC' || tokenAuthMethod === 'CLIENT_SECRET_POST'
}

/** 86 characters, 512 bits (Authlete contract, section 2.13). */
function newSecret({ random }: RestoreOptions): string {
  return random(64).toString('base64url')
}

export interface RestoredOwner {
  readonly serviceOwnerApiKey: string
  readonly serviceOwnerApiSecret: string
  readonly organizationAccessToken: string
}

/** New secrets for who manages the services of the deployment; `undefined` where there is nobody. */
export async function restoreOwner(
  { registry }: Store,
  options: RestoreOptions,
): Promise<RestoredOwner | undefined> {
  const owner = await registry.findOwner()
  if (owner === undefined) return undefined
  const [serviceOwnerApiSecret, organizationAccessToken] = [newSecret(options), newSecret(options)]
  await registry.putOwner({
    ...owner,
    apiSecretDigest: digest(serviceOwnerApiSecret),
    organizationTokenDigest: digest(organizationAccessToken),
  })
  return { serviceOwnerApiKey: owner.apiKey, serviceOwnerApiSecret, organizationAccessToken }
}
