/** The store cannot be reached or does not serve. The answer is 503, and nothing was decided. */
export class StoreUnavailable extends Error {}

/** Other writers were faster on every attempt. Nothing was decided, so the answer is 503 and never a refusal. */
export class Contention extends StoreUnavailable {}

/** The result of an attempt that another writer has undone or overtaken. */
export const LOST: unique symbol = Symbol('lost')

const TRIES = 10

/**
 * Makes an attempt again as long as it loses to other writers.
 *
 * @param attempt reads what it needs each time. Its argument counts the attempts before it
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
