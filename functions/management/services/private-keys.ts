import type { Store } from '../../../shared/store/store.ts'
import type { StoredService } from '../../../shared/store/service.ts'
import type { GivenKey } from './keys.ts'

/**
 * Private keys are in a partition that this function cannot list, so the record of a service names each before it is stored.
 * Then a deletion finds all of them at any moment (architecture, section 3). Only a creation stores them first: if it is interrupted,
 * keys without a service remain, which have never signed anything.
 */

export function privateKeyIds(keys: readonly GivenKey[] = []): string[] {
  return keys.flatMap(({ privateJwk }) => (privateJwk === undefined ? [] : [privateJwk.kid]))
}

/**
 * @param mayChange whether the stored service may be changed
 * @returns the stored service, or `undefined` if it was deleted or must not be changed
 */
export async function announceKeys(
  before: StoredService,
  keys: readonly GivenKey[] | undefined,
  { registry }: Store,
  mayChange: (current: StoredService) => boolean,
): Promise<StoredService | undefined> {
  const ids = privateKeyIds(keys)
  if (ids.every((id) => before.privateKeyIds.includes(id))) return before
  return registry.changeService(before.apiKey, (current) =>
    mayChange(current)
      ? { ...current, privateKeyIds: [...new Set([...current.privateKeyIds, ...ids])] }
      : undefined,
  )
}

export async function putKeys(
  service: number,
  keys: readonly GivenKey[] | undefined,
  { registry }: Store,
): Promise<void> {
  for (const { privateJwk } of keys ?? []) {
    if (privateJwk !== undefined) await registry.putSigningKey(service, privateJwk)
  }
}

export async function eraseKeys(
  service: number,
  ids: readonly string[],
  { registry }: Pick<Store, 'registry'>,
): Promise<void> {
  await Promise.all(ids.map((id) => registry.deleteSigningKey(service, id)))
}

/** Erases the private keys that a change has removed from `jwks`. @returns the stored service */
export async function eraseRemoved(
  before: StoredService,
  after: StoredService,
  store: Store,
): Promise<StoredService> {
  const isIn = ({ jwks }: StoredService, id: string) => jwks.some(({ kid }) => kid === id)
  const removed = before.jwks.map(({ kid }) => kid).filter((kid) => !isIn(after, kid))
  if (removed.length === 0) return after
  await eraseKeys(before.apiKey, removed, store)
  const erased = await store.registry.changeService(before.apiKey, (current) => ({
    ...current,
    privateKeyIds: current.privateKeyIds.filter((id) => !removed.includes(id) || isIn(current, id)),
  }))
  return erased ?? after
}
