import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'

type Handler = DynamoDBClient['config']['requestHandler']
type Handled = Awaited<ReturnType<Handler['handle']>>

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

  /** Lets it pass so many more stops. Returns when it waits again, or is over. */
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
      // What was answered just now may send several calls.
      await turn()
      if (this.#isOver || (this.#flying === 0 && this.#waiting.length > 0)) return
      await new Promise<void>((resolve) => {
        this.#changed = resolve
        if (this.#isOver || (this.#flying === 0 && this.#waiting.length > 0)) resolve()
      })
    }
  }

  /** A call of the store. Calls of one request never overlap, so that a run with the same seed is the same run. */
  async call(handle: () => Promise<Handled>): Promise<Handled> {
    await this.#stop()
    this.#flying += 1
    const handled = this.#last.then(handle).then(withWholeBody)
    this.#last = handled.catch(() => undefined)
    const settled = await handled.then(
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

async function withWholeBody(handled: Handled): Promise<Handled> {
  const chunks: Buffer[] = []
  const response = handled.response as { body: AsyncIterable<Buffer> | Uint8Array }
  for await (const chunk of response.body as AsyncIterable<Buffer>) chunks.push(chunk)
  response.body = new Uint8Array(Buffer.concat(chunks))
  return handled
}

/** The SDK's own HTTP, on which a request that is `Running` stops. */
export function stoppingHandler(config: DynamoDBClientConfig): Handler {
  const inner = new DynamoDBClient(config).config.requestHandler
  return {
    metadata: inner.metadata ?? { handlerProtocol: 'http/1.1' },
    handle: (request, options) => {
      const handle = () => inner.handle(request, options)
      return current.getStore()?.call(handle) ?? handle()
    },
    destroy: () => inner.destroy?.(),
  }
}
