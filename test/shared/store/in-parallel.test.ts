import { expect, test } from 'vitest'
import { eachInParallel } from '../../../shared/store/in-parallel.ts'
import { Contention, StoreUnavailable } from '../../../shared/store/unavailable.ts'

test.each([
  ['at one element, such as a damaged item, stops no other one', new Error('damaged'), 20],
  ['against other writers stops no other element', new Contention('lost'), 20],
  [
    'that all would meet, because the store is unavailable, ends the work soon',
    new StoreUnavailable('down'),
    4,
  ],
])('a failure %s', async (_, failure, count) => {
  const begun: number[] = []
  const elements = Array.from({ length: 20 }, (_each, i) => i)
  const done = eachInParallel(2, elements, async (element) => {
    begun.push(element)
    await Promise.resolve()
    if (element === 3) throw failure
  })
  await expect(done).rejects.toBe(failure)
  expect(begun).toEqual(elements.slice(0, count))
})
