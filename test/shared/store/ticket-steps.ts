import { expect, test } from 'vitest'
import { STAGES } from './grant-steps.ts'
import { sampleGrant } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

/** Steps that end in a ticket or in nothing. */
export async function ticketSteps(engine: Engine) {
  const under = await storeUnderTest(engine)

  test('a context replaces another, and nothing else changes', async () => {
    const { grants } = under.runtime.store
    const sample = sampleGrant()
    await STAGES.TICKET(grants, sample)
    expect(await grants.keepContext(sample.ticket, 'session 43')).toEqual({ done: true })
    expect((await grants.find(sample.key)).grant).toEqual({
      ...sample.ticket,
      context: 'session 43',
      revision: expect.any(String) as string,
    })
  })

  test('a ticket that failed is gone, and may fail again', async () => {
    const { grants } = under.runtime.store
    const sample = sampleGrant()
    await STAGES.TICKET(grants, sample)
    expect(await grants.fail(sample.ticket)).toBe(true)
    expect((await grants.find(sample.key)).grant).toBeUndefined()
    expect(await grants.fail(sample.ticket)).toBe(true)
    expect(await grants.keepContext(sample.ticket, 'session 43')).toEqual({ done: false, current: undefined })
    expect((await grants.find(sample.key)).grant).toBeUndefined()
  })

  test.each(['CODE', 'TOKENS'] as const)(
    'a ticket that became %s neither fails nor keeps a context',
    async (stage) => {
      const { grants } = under.runtime.store
      const sample = sampleGrant()
      await STAGES[stage](grants, sample)
      const current = (await grants.find(sample.key)).grant
      expect(await grants.fail(sample.ticket)).toBe(false)
      expect(await grants.keepContext(sample.ticket, 'session 43')).toEqual({ done: false, current })
      expect((await grants.find(sample.key)).grant).toEqual(current)
    },
  )
}
