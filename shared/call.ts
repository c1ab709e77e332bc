import type { EpochSeconds } from './epoch-seconds.ts'
import type { Internet } from './internet.ts'
import type { RequestLog } from './log.ts'
import type { Runtime } from './runtime.ts'
import type { Role, Service } from './store/service.ts'
import type { Store } from './store/store.ts'

/** Who calls the Web API. Clients of the OAuth face authenticate in the request itself. */
export interface Caller {
  /** Names the credential in the log and proves nothing; `owner` and `organization` are those of the deployment. */
  readonly credential: string
  readonly role: Role | 'owner'
}

/** What one request has of the world around it, before it is known who calls. */
export interface Surroundings {
  /** The moment of the request: everything in it is judged and issued at this second. */
  readonly now: EpochSeconds
  /** The clock itself, for what must not be older than a write. Few may read it: test/sources.test.ts lists them. */
  readonly clock: () => EpochSeconds
  readonly random: (bytes: number) => Buffer
  readonly store: Store
  readonly internet: Internet
  readonly log: RequestLog
}

/** A call over all services of the deployment, by its owner. */
export interface OwnerCall extends Surroundings {
  readonly service?: undefined
  readonly caller: Caller
}

/** One request about one service. Decisions take `(request, call)`. */
export interface Call extends Surroundings {
  readonly service: Service
  /** `undefined` on the OAuth face. */
  readonly caller: Caller | undefined
}

/**
 * The clock is read once, here: tokens that a request issues are no younger than the state by which it was judged, so a
 * cut-off in between ends them too.
 */
export function surroundings(
  { now: clock, random, store, internet }: Runtime,
  log: RequestLog,
): Surroundings {
  return { now: clock(), clock, random, store, internet, log }
}
