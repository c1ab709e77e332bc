import { afterAll, describe, test } from 'vitest'
import { findMoto, startMoto } from '../../support/moto.ts'
import { ON_BOTH_ENGINES, SUITES } from './store-suites.ts'

/**
 * moto compares a condition and writes in two steps, so two of its threads can both win a race. It also crashes on a lone surrogate, which
 * the comparison of both clients sends. Both are faults of moto only.
 */
const NAMES = ON_BOTH_ENGINES.filter((name) => name !== 'races' && name !== 'client state')

if (findMoto() === undefined) {
  test('the store works on moto, which others wrote', ({ skip }) =>
    skip('there is no python3-moto with python3-flask-cors here'))
} else {
  const { endpoint, close } = await startMoto()
  afterAll(close)
  describe.each(NAMES)('on moto, which others wrote: %s', (name) =>
    SUITES[name]({ endpoint, dynamodbClient: 'lean' }),
  )
}
