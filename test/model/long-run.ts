import fc from 'fast-check'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { readLongRun } from '../support/long-run.ts'
import { propertyOver } from './run.ts'

/** Random runs of the model, until the time is over or an answer is wrong. */
const { milliseconds: interruptAfterTimeLimit, seed } = readLongRun('model')
const engine = await startEmbeddedEngine({})
const outcome = await fc.check(propertyOver(engine.endpoint), {
  ...{ seed, interruptAfterTimeLimit, numRuns: 1_000_000, markInterruptAsFailure: false },
})
await engine.close()
console.log(`${outcome.numRuns} runs`)
if (outcome.counterexample !== null) {
  const [refresh, jwt, random, commands] = outcome.counterexample
  // The text of each command is a step of an example (examples.ts).
  const steps = [...commands].map((command) => command.toString()).join(', ')
  console.log(`{ mode: { refresh: '${refresh}', jwt: ${jwt} }, seed: ${random}, steps: [${steps}] }`)
  console.log(outcome.errorInstance)
  process.exitCode = 1
}
