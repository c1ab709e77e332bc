import fc from 'fast-check'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { readLongRun } from '../support/long-run.ts'
import { propertyOver } from './run.ts'

/** This number of runs plays at once, until the time is over. */
const RUNS = 8
/** How long a run that fails is made smaller. */
const SHRINK_MILLISECONDS = 120_000

/** Random runs of the model, until the time is over or an answer is wrong. */
const { milliseconds, seed } = readLongRun('model')
const engine = await startEmbeddedEngine({})
const end = performance.now() + milliseconds
let runs = 0
while (performance.now() < end && process.exitCode === undefined) {
  const property = propertyOver(engine.endpoint)
  const found = await fc.check(property, { seed: (seed + runs) | 0, numRuns: RUNS, endOnFailure: true })
  runs += found.numRuns
  if (found.counterexamplePath === null) continue
  process.exitCode = 1
  const { seed: failing, counterexamplePath: path } = found
  console.log(String(found.errorInstance))
  const small = await fc.check(property, {
    seed: failing,
    path,
    interruptAfterTimeLimit: SHRINK_MILLISECONDS,
  })
  const [refresh, jwt, random, commands] = small.counterexample ?? found.counterexample
  // The text of each command is a step of an example (examples.ts).
  const steps = [...commands].map((command) => command.toString()).join(', ')
  console.log(`{ mode: { refresh: '${refresh}', jwt: ${jwt} }, seed: ${random}, steps: [${steps}] }`)
  console.log(small.errorInstance)
}
console.log(`${runs} runs`)
// A run that was interrupted while it was made smaller may go on.
process.exit()
