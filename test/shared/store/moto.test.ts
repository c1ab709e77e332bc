import { afterAll, describe, test } from 'vitest'
import { findMoto, startMoto } from '../../support/moto.ts'
import { ON_BOTH_ENGINES, SUITES } from './store-suites.ts'

/**
 * moto compares a condition and writes in two steps, so two of its threads can both win a race. It also crashes on a lone surrogate, which
 * the comparison of both clients sends. An empty key in a batch passes, and others have another message. All are faults of moto only.
 */
const FAULTY = ['races', 'client state', 'empty keys']
const NAMES = ON_BOTH_ENGINES.filter((name) => !FAULTY.includes(name))

const isLeftOut =
  process.env['STORE'] === undefined
    ? 'it takes 20 seconds: STORE=all npx vitest run test/shared/store runs it, as .ci/run does'
    : findMoto() === undefined && 'there is no python3-moto with python3-flask-cors here'

if (isLeftOut !== false) {
  test('the store works on moto, which others wrote', ({ skip }) => skip(isLeftOut))
} else {
  const { endpoint, close } = await startMoto()
  afterAll(close)
  describe.each(NAMES)('on moto, which others wrote: %s', (name) =>
    SUITES[name]({ endpoint, dynamodbClient: 'lean' }),
  )
}
