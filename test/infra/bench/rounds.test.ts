import { describe, expect, test } from 'vitest'
import { callsPerSecond, cpuPerCall, interleave, type Sample } from '../../../infra/bench/rounds.ts'

const sample = (cpuMicroseconds: number): Sample => ({ calls: 10, cpuMicroseconds, wallMilliseconds: 500 })

describe('interleave', () => {
  test('measures every case once in every round and begins each round with another one', async () => {
    const order: string[] = []
    const cases = ['a', 'b', 'c'].map((name) => ({ name }))
    await interleave(cases, 4, ({ name }) => {
      order.push(name)
      return sample(0)
    })
    expect(order.join('')).toBe('abc' + 'bca' + 'cab' + 'abc')
  })

  test('keeps the samples of a case together, in the order of the cases', async () => {
    let cost = 0
    const measured = await interleave([{ name: 'a' }, { name: 'b' }], 2, () => sample(++cost))
    expect(measured.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(measured.map(({ samples }) => samples.map((each) => each.cpuMicroseconds))).toEqual([
      [1, 4],
      [2, 3],
    ])
  })
})

describe('figures', () => {
  test('are the median, the least and the most of the rounds, for one call', () => {
    expect(cpuPerCall([sample(300), sample(100), sample(200)])).toEqual({ median: 20, min: 10, max: 30 })
  })

  test('have the mean of the two in the middle as the median of an even number of rounds', () => {
    expect(cpuPerCall([sample(400), sample(100), sample(200), sample(300)]).median).toBe(25)
  })

  test('count calls against the wall clock', () => {
    expect(callsPerSecond([sample(1)]).median).toBe(20)
  })
})
