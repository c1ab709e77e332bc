import { beforeEach, expect, test } from 'vitest'
import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { Cache } from '../../../shared/store/cache.ts'

const START = 1_795_502_400 as EpochSeconds
const SECONDS = 10

let clock: EpochSeconds
let reads: string[]
beforeEach(() => {
  clock = START
  reads = []
})

const opened = (seconds = SECONDS) => new Cache(seconds, () => clock)

/** Reads a key of the store behind. The value is the key's name and the number of all reads up to now. */
const read = (key: string) => () => {
  reads.push(key)
  return Promise.resolve(`${key}${reads.length}`)
}

const missed = (): Promise<string | undefined> => Promise.resolve(undefined)

test('the cache reads once within its seconds', async () => {
  const cache = opened()
  expect(await cache.remember('a', read('a'))).toBe('a1')
  clock = addSeconds(START, SECONDS - 1)
  expect(await cache.remember('a', read('a'))).toBe('a1')
  expect(reads).toEqual(['a'])
})

test('the cache reads again when the seconds have passed since the read, however often it was asked for', async () => {
  const cache = opened()
  await cache.remember('a', read('a'))
  clock = addSeconds(START, SECONDS - 1)
  await cache.remember('a', read('a'))
  clock = addSeconds(START, SECONDS)
  expect(await cache.remember('a', read('a'))).toBe('a2')
  expect(await cache.remember('a', read('a'))).toBe('a2')
})

test('the cache counts from the start of a slow read', async () => {
  const cache = opened()
  await cache.remember('a', () => {
    clock = addSeconds(START, 4)
    return read('a')()
  })
  clock = addSeconds(START, SECONDS)
  expect(await cache.remember('a', read('a'))).toBe('a2')
})

test('the cache keeps keys apart', async () => {
  const cache = opened()
  await cache.remember('a', read('a'))
  expect(await cache.remember('b', read('b'))).toBe('b2')
  expect(await cache.remember('__proto__', read('p'))).toBe('p3')
  expect(await cache.remember('a', read('a'))).toBe('a1')
})

test('the cache reads every time with 0 seconds, also when the clock is set back', async () => {
  const cache = opened(0)
  await cache.remember('a', read('a'))
  expect(await cache.remember('a', read('a'))).toBe('a2')
  clock = addSeconds(START, -1)
  expect(await cache.remember('a', read('a'))).toBe('a3')
})

test('the cache does not remember a miss', async () => {
  const cache = opened()
  expect(await cache.remember('a', missed)).toBeUndefined()
  expect(await cache.remember('a', read('a'))).toBe('a1')
})

test('the cache forgets an entry that is now a miss', async () => {
  const cache = opened()
  await cache.remember('a', read('a'))
  clock = addSeconds(START, SECONDS)
  expect(await cache.remember('a', missed)).toBeUndefined()
  clock = START
  expect(await cache.remember('a', read('a'))).toBe('a2')
})

test('the cache remembers values that are false', async () => {
  const cache = opened()
  expect(await cache.remember('a', () => Promise.resolve(false))).toBe(false)
  expect(await cache.remember<unknown>('a', read('a'))).toBe(false)
})

test('the cache hands a failed read on and does not remember it', async () => {
  const cache = opened()
  await expect(cache.remember('a', () => Promise.reject(new Error('unreachable')))).rejects.toThrow(
    'unreachable',
  )
  expect(await cache.remember('a', read('a'))).toBe('a1')
})

test('the cache holds 1000 entries, and gives up the one that was read first for the next', async () => {
  const cache = opened()
  const keys = Array.from({ length: 1000 }, (_, i) => `k${i}-`)
  for (const key of keys) await cache.remember(key, read(key))
  for (const key of keys) await cache.remember(key, read(key))
  expect(reads).toHaveLength(1000)
  await cache.remember('more', read('more'))
  for (const key of keys.slice(1)) await cache.remember(key, read(key))
  expect(reads).toHaveLength(1001)
  await cache.remember('k0-', read('k0-'))
  expect(reads).toHaveLength(1002)
})

test('forgetting a key makes the next ask read again, only for this key', async () => {
  const cache = opened()
  await cache.remember('a', read('a'))
  await cache.remember('b', read('b'))
  cache.forget('a')
  expect(await cache.remember('a', read('a'))).toBe('a3')
  expect(await cache.remember('b', read('b'))).toBe('b2')
})

test('forgetting a key keeps an earlier read from being remembered', async () => {
  const cache = opened()
  const stale = Promise.withResolvers<string>()
  const reading = cache.remember('a', () => stale.promise)
  cache.forget('a')
  stale.resolve('stale')
  expect(await reading).toBe('stale')
  expect(await cache.remember('a', read('a'))).toBe('a1')
})

test('a read that a newer one overtook leaves nothing behind', async () => {
  const cache = opened()
  const stale = Promise.withResolvers<string>()
  const reading = cache.remember('a', () => stale.promise)
  cache.forget('a')
  expect(await cache.remember('a', read('a'))).toBe('a1')
  stale.resolve('stale')
  await reading
  expect(await cache.remember('a', read('a'))).not.toBe('stale')
})
