import type { Received } from '../support/gateway.ts'
import type { World } from './world.ts'

/** One request that a fault may hit, and the next steps of its caller. */
export interface Trial {
  /** The request, with what the caller holds. It can be sent again. */
  readonly ask: () => Promise<Received>
  /** The answer to the request sent again, if it was done the first time and the caller did not hear of it. */
  readonly repeated?: string
  /** The documented step then (docs/operations.md, "After a 503"). It fails if it does not bring the caller on. */
  readonly step?: () => Promise<unknown>
  /** Checks the state that must hold in the end. @param done the answers that reported success */
  readonly holds?: (done: readonly Received[]) => Promise<unknown>
  /** Somebody takes it away or changes it again. @returns a check that it stays so when a late write arrives */
  readonly take?: (done: readonly Received[]) => Promise<() => Promise<unknown>>
}

export interface Kind {
  /** The answer when nothing fails. */
  readonly answer: string
  /** The next step of the caller after a 503, or without an answer. */
  readonly way:
    | 'send it again'
    | 'send it again with a new assertion'
    | 'send it again with a new proof'
    | 'start a new authorization'
    | 'refresh'
    | 'send it again after a minute'
    | 'ask again'
  readonly prepare: (world: World) => Promise<Trial>
}

export type Kinds = Readonly<Record<string, Kind>>
