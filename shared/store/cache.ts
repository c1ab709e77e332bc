import type { EpochSeconds } from '../epoch-seconds.ts'

const MAX_ENTRIES = 1000

/**
 * Remembers what was read, for `seconds`; with 0 nothing. Misses are not remembered. A write in this process is seen
 * at once: `forget` also stops a read that began before the write from being remembered after it.
 */
export function openCache(seconds: number, now: () => EpochSeconds) {
  const entries = new Map<string, { readonly value: unknown; readonly readAt: EpochSeconds }>()
  let writes = 0

  async function remember<T>(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = entries.get(key)
    if (known !== undefined && now() - known.readAt < seconds) return known.value as T
    const readAt = now()
    const writesBefore = writes
    const value = await read()
    entries.delete(key)
    if (value === undefined || seconds === 0 || writes !== writesBefore) return value
    entries.set(key, { value, readAt })
    if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value ?? '')
    return value
  }

  function forget(key: string): void {
    writes += 1
    entries.delete(key)
  }

  return { remember, forget }
}
