import { expect, test } from 'vitest'
import { grownBy } from '../../../infra/bench/memory.ts'

test.each([
  ['that of the warm-up does not count', [60, 90, 110, 120, 118, 120, 119, 121, 120, 118], 0],
  ['memory that is given back does not count', [60, 90, 110, 120, 118, 140, 119, 141, 120, 118], 0],
  ['a slow growth counts', [100, 102, 104, 106, 108, 110, 112, 114, 116, 118], 6],
])('the growth of memory over ten parts of the invocations: %s', (_, mebibytes, grown) => {
  expect(grownBy(mebibytes)).toBe(grown)
})
