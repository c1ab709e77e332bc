import { expect, test } from 'vitest'
import { measureGrowth } from '../../../infra/bench/growth.ts'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'

const GROWING = {
  grants: ['list, tokens of the client'],
  // The bench issues tokens of the client, too.
  clients: [
    'list, tokens of the client',
    'list, tokens of a subject at all clients',
    'list, clients by number',
  ],
}

test.each(['grants', 'clients'] as const)(
  'one short round of bench --%s finishes, and only what reads all of them grows',
  async (grown) => {
    const engine = await startEmbeddedEngine({})
    try {
      const [, , , , ...rows] = await measureGrowth(engine.endpoint, grown, [5, 30], 1)
      expect(rows).toHaveLength(11)
      for (const row of rows) {
        const [name = '', , few, , many] = row.split(/ {2,}/)
        if (!GROWING[grown].includes(name)) expect([name, few, many]).toEqual([name, few, few])
        if (name.startsWith('token')) expect(few).toMatch(/^0 [+] [1-9]/)
        if (name.includes('introspection')) expect(few).toMatch(/^[1-9]\d* [+] 0$/)
      }
    } finally {
      await engine.close()
    }
  },
)
