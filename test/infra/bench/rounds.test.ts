import { expect, test } from 'vitest'
import { cpuPerCall, interleave, medianInterval, type Sample } from '../../../infra/bench/rounds.ts'

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

// The ranks are those of the table for the sign test: the 1st of 6, the 2nd of 10, the 10th of 30, the 40th of 100.
test.each([
  [6, 1, 6],
  [10, 2, 9],
  [30, 10, 21],
  [100, 40, 61],
])(
  'the 95 %% interval of the median of %i values lies between the values of rank %i and %i',
  (count, low, high) => {
    const values = Array.from({ length: count }, (_, i) => i + 1)
    expect(medianInterval(values.toReversed())).toEqual({ median: (count + 1) / 2, low, high })
  },
)

test('five values have no 95 % interval', () => {
  expect(() => medianInterval([1, 2, 3, 4, 5])).toThrow('six or more values are needed')
})
