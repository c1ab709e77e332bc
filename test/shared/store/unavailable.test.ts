import { expect, test } from 'vitest'
import { Contention, LOST, repeatWhileLost } from '../../../shared/store/unavailable.ts'

test('an attempt is made until it does not lose, also if its result is nothing', async () => {
  const seen: number[] = []
  const result = await repeatWhileLost<string | undefined>((before) => {
    seen.push(before)
    return Promise.resolve(before < 9 ? LOST : undefined)
  })
  expect(result).toBeUndefined()
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('after ten attempts that lost there is no other, and an error of an attempt ends them at once', async () => {
  let attempts = 0
  const losing = () => {
    attempts += 1
    return Promise.resolve(LOST)
  }
  await expect(repeatWhileLost(losing)).rejects.toBeInstanceOf(Contention)
  expect(attempts).toBe(10)
  await expect(repeatWhileLost(() => Promise.reject(new Error('other')))).rejects.toThrow('other')
})
