import { expect, test } from 'vitest'
import { grownBy } from '../../../infra/bench/memory.ts'

test.each([
  ['that of the warm-up does not count', [60, 90, 110, 120, 118, 120, 119, 121, 120, 118], 1],
  ['memory that is given back again counts', [60, 90, 110, 120, 118, 140, 119, 121, 120, 118], 20],
  ['a slow growth counts', [100, 102, 104, 106, 108, 110, 112, 114, 116, 118], 12],
])('the growth of memory over ten parts of the invocations: %s', (_, mebibytes, grown) => {
  expect(grownBy(mebibytes)).toBe(grown)
})
