import type fc from 'fast-check'

/** A part of certbound that takes what strangers send. */
export interface Target {
  /** Also the first part of the names of its corpus files. */
  readonly name: string
  /** Inputs are JSON, so that a finding can be kept in a file. */
  readonly input: fc.Arbitrary<unknown>
  /** @throws Error for a wrong answer, and for an exception that callers do not expect */
  readonly check: (input: unknown) => Promise<void> | void
  /** How many inputs `npm test` tries: about a second of one core. */
  readonly runs: number
}

/** @throws Error with this text unless the condition holds */
export function require(condition: boolean, text: string): void {
  if (!condition) throw new Error(text)
}

/** Returns the result of a function, or `undefined` if it throws one of these errors. Any other error is a finding. */
export async function unlessRefused<T>(
  refusals: readonly (abstract new (...given: never) => Error)[],
  run: () => Promise<T> | T,
): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return undefined
    throw error
  }
}
