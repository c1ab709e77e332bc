import { BoundedMap } from '../bounded-map.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'

const MAX_ENTRIES = 1000

interface Entry {
  readonly value: unknown
  readonly readAt: EpochSeconds
}

/**
 * Caches read values for `seconds`; 0 turns it off. Absent values are not cached. Every writer must call `forget`. Then readers
 * in this process see the write at once, because a value whose read began before the write is not cached afterwards.
 */
export class Cache {
  readonly seconds: number
  readonly #clock: () => EpochSeconds
  readonly #entries = new BoundedMap<string, Entry>(MAX_ENTRIES)
  #writes = 0

  constructor(seconds: number, clock: () => EpochSeconds) {
    this.seconds = seconds
    this.#clock = clock
  }

  async remember<T>(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = this.#entries.get(key)
    const readAt = this.#clock()
    if (known !== undefined && readAt - known.readAt < this.seconds) return known.value as T
    const writesBefore = this.#writes
    const value = await read()
    this.#entries.delete(key)
    const isWorthKeeping = value !== undefined && this.seconds > 0 && this.#writes === writesBefore
    if (isWorthKeeping) this.#entries.set(key, { value, readAt })
    return value
  }

  forget(key: string): void {
    this.#writes += 1
    this.#entries.delete(key)
  }
}
