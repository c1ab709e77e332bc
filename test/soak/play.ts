import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { Play } from '../model/play.ts'
import type { Span } from '../model/state.ts'
import type { Step } from '../model/steps.ts'
import type { World } from './world.ts'

/** Requests to the edge, which really overlap, while the clock goes on. */
export class SoakPlay extends Play {
  declare readonly world: World
  override readonly youngest = 16

  get now(): number {
    return currentSeconds()
  }

  /** The sender judges whether a request may fail. */
  protected mayFail(): boolean {
    return true
  }

  async begin<Result>(
    _: Step,
    name: string,
    run: () => Promise<Result>,
    settle: (result: Result, span: Span) => void,
    known: (span: Span) => void = () => undefined,
  ): Promise<void> {
    const [start, startedAt, never] = [this.world.nextPlace(), this.now, Infinity]
    const span = { start, startedAt, end: never, endedAt: never, latest: never, gone: never, process: 0 }
    known(span)
    const result = await run()
    const [end, endedAt] = [this.world.nextPlace(), this.now]
    Object.assign(span, { end, endedAt, latest: endedAt, gone: end })
    this.note(span, name, result)
    settle(result, span)
  }
}

export const currentSeconds = () => Math.floor(Date.now() / 1000) as EpochSeconds
