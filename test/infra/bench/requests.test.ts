import { expect, test } from 'vitest'
import { measureRequests } from '../../../infra/bench/requests.ts'

test('one short round of bench finishes, with a figure for each case', async () => {
  const warmUp = { requests: 1, calls: 1 }
  const lines = await measureRequests({ rounds: 1, requests: 2, warmUp, connections: [1, 2], peers: false })
  const [, , , , , ...rows] = lines
  const cases = ['opaque', 'JWT'].flatMap((format) => [
    ...[`token, ${format}`, `introspection, ${format}`, `standard introspection, ${format}`],
  ])
  const floor = ['echo', 'echo with a put', 'echo with a batch get']
  const proving = ['token, opaque, unbound', 'token, opaque, with a DPoP proof']
  expect(rows.map((row) => row.split('  ')[0]).sort()).toEqual([...floor, ...cases, ...proving].sort())
  for (const row of rows) {
    expect(row).toMatch(
      /^echo|unbound|proof/.test(row) ? /([\d.-]+ +){5}[\d.]+ *$/ : /([\d.-]+ +){7}[\d.-]+$/,
    )
  }
})
