import { describe, expect, test } from 'vitest'
import type { Grants } from '../../../shared/store/grants.ts'
import { START } from '../../support/fixed-runtime.ts'
import { STAGES, STEPS } from './grant-steps.ts'
import { sampleGrant, SERVICE } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

const RACERS = 50

/** All at once, in turns from one process and from another. */
function race<Runner, Result>(
  runners: readonly Runner[],
  run: (runner: Runner) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(Array.from({ length: RACERS / runners.length }, () => runners.map(run)).flat())
}

export async function races(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const stores = (): Grants[] => [tested.runtime.store.grants, tested.rival.store.grants]

  describe.each(STEPS)('at the store, $name', ({ from, take, to, rival }) => {
    test('only one of 50 steps at once is done, and the others learn of it', async () => {
      const sample = sampleGrant()
      await STAGES[from](tested.runtime.store.grants, sample)
      const outcomes = await race(stores(), async (grants) => {
        const own = rival(sample)
        return { left: to(own), outcome: await take(grants, own) }
      })
      const [winner, ...more] = outcomes.filter(({ outcome }) => outcome.done)
      expect(more).toEqual([])
      const losses = outcomes.flatMap(({ outcome }) => (outcome.done ? [] : [outcome]))
      expect(losses).toEqual(losses.map(() => ({ done: false, current: winner?.left })))
      expect((await tested.runtime.store.grants.find(sample.key)).grant).toEqual(winner?.left)
    })
  })

  test('if 50 clients ask for one number, one is created', async () => {
    const all = [tested.runtime.store.clients, tested.rival.store.clients]
    const created = await race(all, (clients) => clients.create(SERVICE, { clientId: 4711 }, START))
    expect(created.filter(Boolean)).toHaveLength(1)
  })

  test('if 50 clients ask for one alias, one is created, and nothing is left of the others', async () => {
    const service = SERVICE + 1
    let number = 5000
    const all = [tested.runtime.store.clients, tested.rival.store.clients]
    const created = await race(all, async (clients) => {
      const clientId = (number += 1)
      return { clientId, done: await clients.create(service, { clientId, clientIdAlias: 'wanted' }, START) }
    })
    const [winner, ...more] = created.filter(({ done }) => done).map(({ clientId }) => clientId)
    expect(more).toEqual([])
    const { store } = tested.rival
    expect(await store.registry.findClient(service, 'wanted')).toMatchObject({ clientId: winner })
    const records = await tested.raw.registry.scan()
    const numbers = records.filter(({ pk }) => pk === `client#${service}`).map(({ sk }) => sk)
    expect(numbers).toEqual([String(winner)])
    const ids = (await tested.raw.grants.scan()).map(({ id }) => String(id))
    expect(ids.filter((id) => id.startsWith(`${service}.`))).toEqual([`${service}.${winner}`])
  })
}
