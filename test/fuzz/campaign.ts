import fc from 'fast-check'
import type { Target } from './target.ts'

/** An input may take so much CPU. */
const SLOW_MILLISECONDS = 50

export interface Finding {
  readonly target: Target
  /** The smallest input that fails. */
  readonly input: unknown
  readonly message: string
}

export interface Slow {
  readonly target: string
  readonly milliseconds: number
  readonly input: unknown
}

/**
 * Tries random inputs, until one fails.
 *
 * @param onSlow gets inputs that took too much CPU twice: once may be the garbage collector
 */
export async function tryInputs(
  target: Target,
  seed: number,
  runs: number,
  onSlow: (slow: Slow) => void = () => undefined,
): Promise<Finding | undefined> {
  const property = fc.asyncProperty(target.input, async (input) => {
    const first = await millisecondsOf(target, input)
    if (first < SLOW_MILLISECONDS) return
    const milliseconds = Math.min(first, await millisecondsOf(target, input))
    if (milliseconds >= SLOW_MILLISECONDS) onSlow({ target: target.name, milliseconds, input })
  })
  const result = await fc.check(property, { seed, numRuns: runs })
  if (!result.failed) return undefined
  const message = result.errorInstance instanceof Error ? (result.errorInstance.stack ?? '') : 'not an Error'
  return { target, input: result.counterexample?.[0], message }
}

/** Milliseconds of CPU of the whole process, with its DynamoDB engine. */
async function millisecondsOf({ check }: Target, input: unknown): Promise<number> {
  const before = process.cpuUsage()
  await check(input)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
