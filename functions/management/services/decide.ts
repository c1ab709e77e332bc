import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { withoutNull } from '../../../shared/json.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Range } from '../../../shared/request/range.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Call, OwnerCall } from '../../../shared/runtime/call.ts'
import { Service, type StoredService } from '../../../shared/store/service.ts'
import { newNumber, newSecret } from '../../../shared/store/identity.ts'
import { refuseTooLarge } from '../record-size.ts'
import { byCreation } from '../listing.ts'
import { Precondition } from '../precondition.ts'
import { credentialsFrom, type PreparedCredential, prepareCredentials } from './credentials.ts'
import { keyDatesAfter, keyUsesAfter } from './key-rotation.ts'
import { type KeyUse, keyUsesOf } from './key-uses.ts'
import { checkSigningKeys, type GivenKey, readKeys } from './keys.ts'
import { announceKeys, eraseKeys, eraseRemoved, privateKeyIds, putKeys } from './private-keys.ts'
import type { ServiceChange, ServiceUpdate } from './request.ts'
import { requireInventoryForLists } from './inventory.ts'
import { requireRemainingKeys } from './remaining-keys.ts'
import { checkCutOff, checkService } from './rules.ts'

/** A service and its new secrets, with their digests as keys. Only this answer has the secrets. */
export interface ChangedService {
  readonly service: StoredService
  readonly secrets: ReadonlyMap<string, string>
}

export interface CreatedService extends ChangedService {
  readonly apiSecret: string
}

/**
 * Creates a service. If it has the number of a deleted service, it refuses every token that a warm function may still have issued for
 * the deleted one.
 *
 * @param apiKey the number of the service, by default a random one
 * @param cacheSeconds how long functions use records that they have read (`REGISTRY_CACHE_SECONDS`)
 * @param apiSecret the secret of its first credential, by default a random one
 * @throws Refusal service-…
 */
export async function createService(
  change: ServiceChange,
  { store, now, random, log }: OwnerCall,
  apiKey = newNumber(random),
  cacheSeconds = store.registry.cacheSeconds,
  apiSecret = newSecret(random),
): Promise<CreatedService> {
  log.note({ service: apiKey })
  const { service: requested, prepared } = draftService(change, { now, random }, apiKey)
  const first = { digest: digest(apiSecret), role: 'manage' as const, createdAt: now }
  const credentials = [first, ...requested.credentials]
  const draft = { ...requested, credentials, privateKeyIds: privateKeyIds(prepared.keys) }
  await requireInventoryForLists(requested, store)
  await putKeys(apiKey, prepared.keys, store)
  await store.proofs.putNonceKey(apiKey, random)
  const service = await store.registry.createService(draft, addSeconds(now, cacheSeconds + 1))
  if (service === undefined) throw new Error(`the service number ${String(apiKey)} is taken`)
  return { service, apiSecret, secrets: secretsOf(prepared) }
}

/** A new service in its stored form, without the credential that every service gets. @throws Refusal service-… */
export function draftService(
  change: ServiceChange,
  { now, random }: Pick<OwnerCall, 'now' | 'random'>,
  apiKey = newNumber(random),
) {
  const prepared = prepare(change, random)
  const identity = { apiKey, number: random(4).readUInt32BE() >>> 1, createdAt: now }
  const blank = { ...Service.parse({ apiKey, issuer: '', credentials: [] }), ...identity }
  return { service: applyChange(blank, prepared, now, 0), prepared }
}

export interface FoundService {
  readonly service: StoredService
  readonly keyUses: readonly KeyUse[]
}

/** @throws Refusal api-service-unknown */
export async function getService(_: undefined, call: Call): Promise<FoundService> {
  const { registry } = call.store
  const service = await registry.findCurrentService(call.service.apiKey)
  if (service === undefined) throw new Refusal('api-service-unknown')
  return { service, keyUses: keyUsesOf(service, registry.cacheSeconds) }
}

export interface ServiceList extends Range {
  readonly totalCount: number
  readonly services: readonly StoredService[]
}

export async function listServices(range: Range, { store }: OwnerCall): Promise<ServiceList> {
  const all = await store.registry.listServices()
  const services = all.sort(byCreation(({ apiKey }) => apiKey)).slice(range.start, range.end)
  return { ...range, totalCount: all.length, services }
}

/**
 * Changes the settings that are present; `null` means the default (Authlete contract, rule 9). New private keys are stored before
 * they are published. Removed private keys are deleted afterwards.
 *
 * @throws Refusal service-…, record-changed
 */
export async function updateService(
  { ifMatch, ...change }: ServiceUpdate,
  call: Call,
): Promise<ChangedService> {
  const {
    service: { apiKey },
    store,
    now,
    random,
  } = call
  const prepared = prepare(change, random)
  const apply = async (current: StoredService) => {
    const after = applyChange(current, prepared, now, store.registry.cacheSeconds)
    await requireRemainingKeys(current, after, call)
    await requireInventoryForLists(after, store)
    return after
  }
  const before = await store.registry.findCurrentService(apiKey)
  if (before === undefined) throw new Refusal('api-service-unknown')
  const condition = new Precondition(ifMatch)
  condition.require(before)
  await apply(before)
  const announced = await announceKeys(before, prepared.keys, store, condition.allows)
  condition.refuseBroken()
  if (announced === undefined) throw new Refusal('api-service-unknown')
  await putKeys(apiKey, prepared.keys, store)
  const last = condition.after(announced)
  let replaced = before
  const service = await store.registry.changeService(apiKey, (current) =>
    last.allows((replaced = current)) ? apply(current) : undefined,
  )
  // The record still names the keys of this update, because another update may have published them.
  last.refuseBroken()
  if (service === undefined) {
    await eraseKeys(apiKey, privateKeyIds(prepared.keys), store)
    throw new Refusal('api-service-unknown')
  }
  return { service: await eraseRemoved(replaced, service, store), secrets: secretsOf(prepared) }
}

interface PreparedChange extends Omit<ServiceChange, 'jwks' | 'credentials'> {
  readonly keys: readonly GivenKey[] | undefined
  readonly credentials: readonly PreparedCredential[] | undefined
}

function prepare({ jwks, credentials, ...rest }: ServiceChange, random: Call['random']): PreparedChange {
  return {
    ...rest,
    keys: jwks === undefined ? undefined : readKeys(jwks),
    credentials: credentials && prepareCredentials(credentials, random),
  }
}

/** The service after the change. @throws Refusal service-… */
function applyChange(
  current: StoredService,
  change: PreparedChange,
  now: EpochSeconds,
  cacheSeconds: number,
): StoredService {
  const { keys, credentials } = change
  if (keys !== undefined) checkSigningKeys(keys, current.jwks)
  const deciding = withoutNull({ ...current, ...change.deciding })
  const service = Service.parse({
    issuer: '',
    ...deciding,
    carried: withoutNull({ ...current.carried, ...change.carried }),
    jwks: keys?.map(({ publicJwk }) => publicJwk) ?? current.jwks,
    credentials: credentials ? credentialsFrom(credentials, current.credentials, now) : current.credentials,
    modifiedAt: now,
  })
  checkService(service)
  checkCutOff(current, service, now)
  const keyUses = keyUsesAfter(current, service, now, cacheSeconds)
  const keyDates = keyDatesAfter(current, service, now)
  // The IDs of removed keys stay until the keys are erased.
  const certificateInventoryInterrupted =
    current.certificateInventoryInterrupted || !service.certificateInventory
  const kept = { privateKeyIds: current.privateKeyIds, certificateInventoryInterrupted }
  const record = { ...service, keyUses, keyDates, ...kept }
  // The IDs are put into the record before the keys are stored, so there must be room for them.
  refuseTooLarge([record, privateKeyIds(keys)], 'service-too-large')
  return record
}

function secretsOf({ credentials = [] }: PreparedChange): ReadonlyMap<string, string> {
  return new Map(
    credentials.flatMap(({ secret }) => (secret === undefined ? [] : [[digest(secret), secret]])),
  )
}
