import { addSeconds } from '../../shared/epoch-seconds.ts'
import { Running } from './requests.ts'
import type { ReadList, Span } from './state.ts'
import type { Step } from './steps.ts'
import { Play } from './play.ts'
import type { DirectWorld } from './world.ts'

interface InFlight {
  readonly span: Span
  readonly running: Running<unknown>
  readonly finish: () => Promise<void>
}

export interface Conditions {
  /** Whether the store may fail: then a request may end without a known outcome. */
  readonly mayFail?: boolean
}

/** A function is killed before it is older. */
const MAX_AGE_SECONDS = 18
const MAX_IN_FLIGHT = 4

/** Requests to processes in this one: each goes on until it waits for another, and the clock stands still until it is set. */
export class DirectPlay extends Play {
  declare readonly world: DirectWorld
  readonly conditions: Conditions
  readonly without: ReadonlySet<string>
  /** The credential of the owner of the deployment. */
  owner = ''
  /** The certificate lists that were read, and the number of the last one that was published. */
  readonly lists: ReadList[] = []
  published = 0
  readonly #inFlight: InFlight[] = []
  #place = 0

  /** @param without the operations that the run does not have */
  constructor(world: DirectWorld, without: ReadonlySet<string> = new Set(), conditions: Conditions = {}) {
    super(world)
    this.without = without
    this.conditions = conditions
  }

  get now(): number {
    return this.world.clock.now
  }

  protected mayFail({ start, end }: Span): boolean {
    // Requests that overlap may keep each other from ending, and a deleted service has no keys left.
    const isWithoutKeys = this.services.some(({ deletions }) => deletions.length > 0)
    return end - start > 1 || isWithoutKeys || this.conditions.mayFail === true
  }

  async begin<Result>(
    { by, stops }: Step,
    name: string,
    run: () => Promise<Result>,
    settle: (result: Result, span: Span) => void,
    known: (span: Span) => void = () => undefined,
  ): Promise<void> {
    const place = (this.#place += 1)
    const [startedAt, never] = [this.now, Infinity]
    const span = {
      start: place,
      startedAt,
      end: never,
      endedAt: never,
      latest: startedAt,
      gone: never,
      process: by,
    }
    known(span)
    const isFull = this.#inFlight.length >= MAX_IN_FLIGHT
    const running = new Running(run, isFull ? Infinity : (stops ?? Infinity))
    const finish = async () => {
      const result = await running.outcome
      this.#place += 1
      Object.assign(span, { end: this.#place, endedAt: this.now, gone: this.#place })
      this.note(span, name, result)
      settle(result, span)
    }
    await running.settled()
    if (running.isOver) await finish()
    else this.#inFlight.push({ span, running, finish })
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
    this.world.clock.now = addSeconds(this.world.clock.now, seconds)
    this.story.push(`the clock is ${this.now}`)
  }
}
