import type { Received } from '../support/gateway.ts'
import { Running } from './requests.ts'
import type { Span } from './state.ts'
import type { Step } from './steps.ts'
import type { World } from './world.ts'

interface InFlight {
  readonly name: string
  readonly span: Span
  readonly running: Running<unknown>
  readonly finish: () => Promise<void>
}

/** A function is killed before it is older. */
const MAX_AGE_SECONDS = 18
const MAX_IN_FLIGHT = 4

/** The requests that are on their way, and the clock. */
export class Schedule {
  readonly world: World
  /** What has happened, in words. */
  readonly story: string[] = []
  readonly #inFlight: InFlight[] = []
  #place = 0

  constructor(world: World) {
    this.world = world
  }

  get now(): number {
    return this.world.clock.now
  }

  /**
   * Begins a request.
   *
   * @param known what the model must know from its beginning on
   * @param settle judges the outcome
   */
  async begin<Result>(
    { name, by, stops }: { readonly name: string } & Pick<Step, 'by' | 'stops'>,
    run: () => Promise<Result>,
    settle: (result: Result, span: Span) => void,
    known: (span: Span) => void = () => undefined,
  ): Promise<void> {
    const place = (this.#place += 1)
    const span = { start: place, startedAt: this.now, end: Infinity, endedAt: Infinity, process: by }
    known(span)
    const isFull = this.#inFlight.length >= MAX_IN_FLIGHT
    const running = new Running(run, isFull ? Infinity : (stops ?? Infinity))
    const finish = async () => {
      const result = await running.outcome
      this.#place += 1
      Object.assign(span, { end: this.#place, endedAt: this.now })
      this.story.push(`${place}-${span.end} ${name} at ${by}: ${shown(result)}`)
      settle(result, span)
    }
    await running.settled()
    if (running.isOver) await finish()
    else this.#inFlight.push({ name, span, running, finish })
  }

  get isBusy(): boolean {
    return this.#inFlight.length > 0
  }

  /** Lets one of the requests on their way go on. */
  async goOn(which: number, stops: number): Promise<void> {
    const at = which % this.#inFlight.length
    const chosen = this.#inFlight[at]
    if (chosen === undefined) return
    const { running, finish } = chosen
    await running.goOn(stops)
    if (!running.isOver) return
    this.#inFlight.splice(at, 1)
    await finish()
  }

  async finishAll(): Promise<void> {
    while (this.isBusy) await this.goOn(0, Infinity)
  }

  /** The time goes on. Requests that would become too old end before. */
  async wait(seconds: number): Promise<void> {
    const isOld = ({ span }: InFlight) => this.now + seconds - span.startedAt > MAX_AGE_SECONDS
    for (;;) {
      const old = this.#inFlight.findIndex(isOld)
      if (old < 0) break
      await this.goOn(old, Infinity)
    }
    this.world.clock.now = (this.now + seconds) as typeof this.world.clock.now
    this.story.push(`the clock is ${this.now}`)
  }
}

function shown(result: unknown): string {
  if (typeof result !== 'object' || result === null || !('status' in result)) return String(result)
  const { status, json } = result as Received
  return [status, json['action'], json['resultCode'], json['resultMessage']].filter(Boolean).join(' ')
}
