import { Contention, StoreUnavailable } from './unavailable.ts'

/**
 * Does the same with each element, some at once. After a failure it begins with no further element, and throws when all others have ended.
 *
 * @param workers the number of elements at once
 */
export async function inParallel<Element>(
  workers: number,
  elements: readonly Element[],
  action: (element: Element) => Promise<unknown>,
): Promise<void> {
  const pending = elements.values()
  let isFailed = false
  const work = async () => {
    for (const element of pending) {
      if (isFailed) return
      await action(element).catch((error: unknown) => {
        isFailed = true
        throw error
      })
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: workers }, work))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

/**
 * `inParallel`, but a failure of one element does not stop the others, such as a damaged item. While the store is unavailable the others
 * would fail as well.
 *
 * @throws the first failure, at the end
 */
export async function eachInParallel<Element>(
  workers: number,
  elements: readonly Element[],
  action: (element: Element) => Promise<unknown>,
): Promise<void> {
  const failures: unknown[] = []
  await inParallel(workers, elements, (element) =>
    action(element).catch((error: unknown) => {
      if (error instanceof StoreUnavailable && !(error instanceof Contention)) throw error
      failures.push(error)
    }),
  )
  if (failures.length > 0) throw failures[0]
}
