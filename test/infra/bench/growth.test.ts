import { expect, test } from 'vitest'
import { measureGrowth } from '../../../infra/bench/growth.ts'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'

test('one short round of bench --grants finishes: the capacity of a request does not grow with the grants', async () => {
  const engine = await startEmbeddedEngine({})
  try {
    const [, , , , ...rows] = await measureGrowth(engine.endpoint, [10, 60], 2)
    expect(rows).toHaveLength(6)
    for (const row of rows) {
      const [, , few, , many] = row.split(/ {2,}/)
      expect([few, many]).toEqual([few, few])
      expect(few).toMatch(row.startsWith('token') ? /^0 [+] [1-9]/ : /^[1-9]\d* [+] 0$/)
    }
  } finally {
    await engine.close()
  }
})
