import { expect, test } from 'vitest'
import { BoundedMap } from '../../shared/bounded-map.ts'

test('a bounded map holds its last entries, and forgets the oldest only for a new one', () => {
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
