import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { findJava, startDynamoDbLocal } from '../../infra/emulator/dynamodb-local.ts'
import { type Engine, startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { EXAMPLES } from './examples.ts'
import { playExample, propertyOver } from './run.ts'

/** Longer runs: `npm run model -- --minutes 10`. */
const RUNS = 4
const SEED = 20_261_127

const engines: readonly (readonly [string, number, () => Promise<Engine>])[] = [
  ['the embedded engine', RUNS, () => startEmbeddedEngine({})],
  ...(findJava() === undefined ? [] : [['DynamoDB Local', RUNS, startDynamoDbLocal] as const]),
]

describe.each(engines)('over %s', (_, numRuns, start) => {
  const started = start()
  afterAll(async () => (await started).close())

  test.each(Object.entries(EXAMPLES))('%s', async (_, example) => {
    await expect(playExample((await started).endpoint, example)).resolves.toBeUndefined()
  })

  test('random requests that overlap get only answers that the model allows', async () => {
    await fc.assert(propertyOver((await started).endpoint), { numRuns, seed: SEED, endOnFailure: true })
  })
})
