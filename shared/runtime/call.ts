import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import type { Internet } from './internet.ts'
import type { RequestLog } from './log.ts'
import type { Runtime } from './runtime.ts'
import type { Role, Service } from '../store/service.ts'
import type { Store } from '../store/store.ts'

/** The caller of the Web API. */
export interface Caller {
  /** Names the credential in the log: an id derived from its digest, or `owner` or `organization` for those of the owner. */
  readonly credential: string
  readonly role: Role | 'owner'
}

/** Everything that a request needs from outside, before its caller is known. */
export interface Surroundings {
  /** The time of the request: all decisions and all tokens use this second. */
  readonly now: EpochSeconds
  /** The clock itself, for what must be later than a write. A test lists the modules that may read it. */
  readonly clock: () => EpochSeconds
  readonly random: (bytes: number) => Buffer
  readonly store: Store
  readonly internet: Internet
  readonly log: RequestLog
}

/** A call about all services of the deployment, by its owner. */
export interface OwnerCall extends Surroundings {
  readonly service?: undefined
  readonly caller: Caller
}

/** One request about one service. Decisions take `(request, call)`. */
export interface Call extends Surroundings {
  readonly service: Service
  /** `undefined` on the OAuth face, whose clients authenticate in the request itself. */
  readonly caller: Caller | undefined
}

export type AnyCall = Call | OwnerCall

/**
 * Reads the clock once for the whole request. So the tokens that it issues are not younger than the state that it read,
 * and a cut-off in between ends them too.
 */
export function surroundings({ now, random, store, internet }: Runtime, log: RequestLog): Surroundings {
  return { now: now(), clock: now, random, store, internet, log }
}

/** A function ends after 20 seconds (serverless.yml), and the store may take several of them for its last answers. */
const MAX_SECONDS = 8

/** Whether a call that may take many steps must stop here. It answers 503, and the next call goes on. */
export function isOver({ now, clock }: Pick<Surroundings, 'now' | 'clock'>): boolean {
  return clock() >= addSeconds(now, MAX_SECONDS)
}
