import { expect, test } from 'vitest'
import { BoundedMap } from '../../../shared/certificate/bounded-map.ts'

test('holds the last so many, and forgets the oldest for a new one alone', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1).set('b', 2).set('b', 3)
  expect([...map]).toEqual([
    ['a', 1],
    ['b', 3],
  ])
  map.set('c', 4)
  expect([...map]).toEqual([
    ['b', 3],
    ['c', 4],
  ])
})
