import { expect, test } from 'vitest'
import { cpuPerCall, interleave, type Sample } from '../../../infra/bench/rounds.ts'

const sample = (cpuMicroseconds: number): Sample => ({ calls: 10, cpuMicroseconds })

test('every case is measured once in every round, and each round begins with another case', async () => {
  const order: string[] = []
  const cases = ['a', 'b', 'c'].map((name) => ({ name }))
  await interleave(cases, 4, ({ name }) => {
    order.push(name)
    return Promise.resolve()
  })
  expect(order.join('')).toBe('abc' + 'bca' + 'cab' + 'abc')
})

test('the samples of a case stay together, in the order of the cases', async () => {
  let cost = 0
  const measured = await interleave([{ name: 'a' }, { name: 'b' }], 2, () => Promise.resolve(++cost))
  expect(measured.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(measured.map(({ samples }) => samples)).toEqual([
    [1, 4],
    [2, 3],
  ])
})

test('figures are the median, the least and the most of the rounds, for one call', () => {
  expect(cpuPerCall([sample(300), sample(100), sample(200)])).toEqual({ median: 20, min: 10, max: 30 })
})

test('the median of an even number of rounds is the mean of the two in the middle', () => {
  expect(cpuPerCall([sample(400), sample(100), sample(200), sample(300)]).median).toBe(25)
})
