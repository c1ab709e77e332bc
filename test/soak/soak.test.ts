import { expect, test } from 'vitest'
import { soak } from './soak.ts'

test('a round of good and hostile traffic, in which the store goes and comes back, gets no wrong decision', async ({
  skip,
}) => {
  if (process.env['LONG'] === undefined) skip('it takes six seconds: with LONG=1 it runs, as in .ci/run')
  const { lines, right } = await soak({
    seed: 1,
    goesOn: (rounds) => rounds === 0,
    size: { steps: 400, atOnce: 4 },
  })
  expect(lines.join('\n')).toContain('verdict: no wrong decision, documented answers only')
  expect(right).toBe(true)
}, 120_000)
