import { afterAll, expect, test } from 'vitest'
import { tryInputs } from './campaign.ts'
import { corpus } from './corpus.ts'
import { closeSite } from './site.ts'
import { TARGETS } from './targets.ts'

const SEED = 8705

afterAll(closeSite)

test.each(TARGETS)(
  '$name: no random input of the fixed seed gets a wrong answer or an unknown exception',
  async (target) => {
    // `.ci/run` goes on with another seed.
    expect(await tryInputs(target, SEED, Math.ceil(target.runs / 2))).toBeUndefined()
  },
)

test.each(corpus())(
  'the input $file, which was found or tried once, is answered as it must be',
  async (kept) => {
    await kept.target.check(kept.input)
  },
)

test('an answer that a target does not expect is found and made small', async () => {
  const [target] = TARGETS.filter(({ name }) => name === 'json')
  if (target === undefined) throw new Error('no target')
  const check = (input: unknown) => {
    if (String(input).includes('{}')) throw new Error('planted')
  }
  const finding = await tryInputs({ ...target, check }, SEED, 500)
  expect(finding).toMatchObject({ input: '{}', message: expect.stringContaining('planted') as string })
})
