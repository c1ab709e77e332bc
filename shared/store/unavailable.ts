/** The store cannot be reached or fails. The answer is 503, and nothing was decided. */
export class StoreUnavailable extends Error {}

/** Other writers were faster at every attempt. Nothing was decided, so the answer is 503 and never a refusal. */
export class Contention extends StoreUnavailable {}

/** The result of an attempt that another writer has undone or overtaken. */
export const LOST: unique symbol = Symbol('lost')

const TRIES = 10

/**
 * Repeats an attempt while it loses to other writers.
 *
 * @param attempt must read its data each time. Its argument is the number of attempts before it
 * @throws Contention if every attempt loses
 */
export async function repeatWhileLost<Result>(
  attempt: (before: number) => Promise<Result | typeof LOST>,
): Promise<Result> {
  for (let before = 0; before < TRIES; before++) {
    const result = await attempt(before)
    if (result !== LOST) return result
  }
  throw new Contention('other writers were faster on every attempt')
}
