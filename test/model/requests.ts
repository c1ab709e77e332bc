import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import type { DynamoDb } from '../../shared/dynamodb/dynamodb.ts'

const current = new AsyncLocalStorage<Running<unknown>>()

/**
 * A request on its way. It stops before each of its calls of the store, and again before the answer of the call arrives, until
 * it may go on. So any other request can come between two of its steps.
 */
export class Running<Result> {
  readonly outcome: Promise<Result>
  #stops: number
  #flying = 0
  #isOver = false
  #waiting: (() => void)[] = []
  #last: Promise<unknown> = Promise.resolve()
  #changed: () => void = () => undefined

  /** @param stops how many stops it passes before it waits */
  constructor(run: () => Promise<Result>, stops: number) {
    this.#stops = stops
    this.outcome = current.run(this, run)
    const over = () => {
      this.#isOver = true
      this.#changed()
    }
    this.outcome.then(over, over)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Lets it pass this number of further stops. Returns when it waits again, or is over. */
  async goOn(stops: number): Promise<void> {
    this.#stops = stops
    const waiting = this.#waiting
    this.#waiting = []
    for (const next of waiting) {
      if (this.#stops > 0) {
        this.#stops -= 1
        next()
      } else this.#waiting.push(next)
    }
    await this.settled()
  }

  async settled(): Promise<void> {
    for (;;) {
      // A request that has just received an answer may send several calls.
      await turn()
      if (this.#isOver || (this.#flying === 0 && this.#waiting.length > 0)) return
      await new Promise<void>((resolve) => {
        this.#changed = resolve
        if (this.#isOver || (this.#flying === 0 && this.#waiting.length > 0)) resolve()
      })
    }
  }

  /** A call of the store. Calls of one request never overlap, so that a run with the same seed is the same run. */
  async call<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    await this.#stop()
    this.#flying += 1
    const sent = this.#last.then(send)
    this.#last = sent.catch(() => undefined)
    const settled = await sent.then(
      (answer) => () => answer,
      (error: unknown) => () => {
        throw error
      },
    )
    this.#flying -= 1
    await this.#stop()
    return settled()
  }

  #stop(): Promise<void> {
    if (this.#stops > 0) {
      this.#stops -= 1
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#changed()
    })
  }
}

/** The same client, but a request that is `Running` stops at each of its calls. */
export function stoppingAt(dynamodb: DynamoDb): DynamoDb {
  const { close, ...calls } = dynamodb
  const stopping = Object.entries(calls).map(([name, send]) => {
    const call = (input: object) => {
      const answer = () => send(input as never)
      return current.getStore()?.call(answer) ?? answer()
    }
    return [name, call] as const
  })
  return { ...(Object.fromEntries(stopping) as Omit<DynamoDb, 'close'>), close }
}
