import { Contention, StoreUnavailable } from './unavailable.ts'

type Action<Element> = (element: Element) => Promise<unknown>

/**
 * Does the same with each element, some at once. After a failure it begins with no further element, and throws when all others have ended.
 *
 * @param workers the number of elements at once
 */
export function inParallel<Element>(
  workers: number,
  elements: readonly Element[],
  action: Action<Element>,
): Promise<void> {
  return act(workers, elements, action, () => true)
}

/**
 * `inParallel`, but a failure of one element does not stop the others, such as a damaged item. While the store is unavailable the others
 * would fail as well.
 *
 * @throws the first failure, at the end
 */
export function eachInParallel<Element>(
  workers: number,
  elements: readonly Element[],
  action: Action<Element>,
): Promise<void> {
  const isOfAll = (error: unknown) => error instanceof StoreUnavailable && !(error instanceof Contention)
  return act(workers, elements, action, isOfAll)
}

async function act<Element>(
  workers: number,
  elements: readonly Element[],
  action: Action<Element>,
  isLast: (error: unknown) => boolean,
): Promise<void> {
  const pending = elements.values()
  const failures: unknown[] = []
  let isOver = false
  const work = async () => {
    for (const element of pending) {
      if (isOver) return
      await action(element).catch((error: unknown) => {
        failures.push(error)
        isOver ||= isLast(error)
      })
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  if (failures.length > 0) throw failures[0]
}
