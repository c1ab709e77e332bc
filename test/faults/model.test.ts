import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { propertyOver } from '../model/run.ts'
import { type Fate, pass, startCuttingProxy } from '../support/cutting-proxy.ts'
import { ALL, PASSING_FAULTS, SEED } from './fault-list.ts'

const RUNS = ALL ? 100 : 3
const LIMIT_MILLISECONDS = ALL ? 1_200_000 : undefined
/** One of this number of calls of the store is hit. */
const RARITY = 8

const engine = await startEmbeddedEngine({})
const proxy = await startCuttingProxy(engine.endpoint)
afterAll(async () => {
  await proxy.close()
  await engine.close()
})

/** One call in `RARITY` has a fault, each time the next one of the list. The SDK sends such a call again. */
function faultsInTurn(): { readonly fate: Fate; readonly hit: () => number } {
  const fates = Object.values(PASSING_FAULTS).map((fate) => fate())
  const hit = new Map<string, Fate>()
  const calls = new Set<string>()
  const fate: Fate = (passing, forward) => {
    const { call, operation } = passing
    const isNew = !calls.has(call)
    calls.add(call)
    if (isNew && calls.size % RARITY === 0 && !['CreateTable', 'Scan'].includes(operation)) {
      hit.set(call, fates[hit.size % fates.length] ?? pass)
    }
    return (hit.get(call) ?? pass)(passing, forward)
  }
  return { fate, hit: () => hit.size }
}

test(
  'random requests that overlap keep to the model while the store loses requests and answers',
  async () => {
    const { fate, hit } = faultsInTurn()
    proxy.fate = fate
    await fc.assert(propertyOver(proxy.endpoint, { mayFail: true }), { numRuns: RUNS, seed: SEED })
    expect(hit()).toBeGreaterThan(RUNS)
  },
  LIMIT_MILLISECONDS,
)
