import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/**
 * How long a run goes on, and its seed: `--minutes N` or `--seconds N`, and `--seed S`. It prints both, so that the run can be
 * repeated. With wrong options the process ends with the usage and the exit code 64.
 *
 * @param name of the npm script
 */
export function readLongRun(name: string): { readonly milliseconds: number; readonly seed: number } {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { minutes: text, seconds: text, seed: text } })
  const seconds = Number(values.seconds ?? 60 * Number(values.minutes ?? 1))
  const seed = Number(values.seed ?? randomInt(2 ** 31))
  if (!(seconds > 0) || !Number.isSafeInteger(seed) || seed < 0) {
    console.error(`usage: npm run ${name} -- [--minutes N | --seconds N] [--seed S], with positive numbers`)
    process.exit(64)
  }
  console.log(`${name}: ${seconds} seconds, seed ${seed}`)
  return { milliseconds: seconds * 1000, seed }
}
