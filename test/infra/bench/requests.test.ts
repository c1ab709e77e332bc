import { expect, test } from 'vitest'
import { measureRequests } from '../../../infra/bench/requests.ts'

test('one short round of bench finishes, with a figure for each case', async () => {
  const lines = await measureRequests({
    rounds: 1,
    requests: 2,
    warmUp: 1,
    connections: [1, 2],
    keys: 2,
    peers: false,
    withTls: true,
  })
  const [, , , , ...rows] = lines
  const cases = ['opaque', 'JWT'].flatMap((format) => [
    ...[`token, ${format}`, `introspection, ${format}`, `standard introspection, ${format}`],
  ])
  const floor = ['echo', 'echo with a put', 'echo with a batch get']
  const proving = [
    ...['token, opaque, unbound', 'token, opaque, with a DPoP proof'],
    ...['token, opaque, with a DPoP proof by a new key', 'introspection by the Web API, opaque, unbound'],
    ...[
      'introspection by the Web API, with a DPoP proof',
      'introspection by the Web API, with a DPoP proof by a new key',
    ],
  ]
  const management = 'management, a change with its record'
  expect(rows.map((row) => row.split('  ')[0]).sort()).toEqual(
    [...floor, ...cases, ...proving, management].sort(),
  )
  for (const row of rows) expect(row).toMatch(/([\d.-]+ +){5}[\d.]+$/)
})
