import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import type { RequestLog } from './log.ts'
import type { Runtime } from './runtime.ts'
import type { Role, Service } from '../store/service.ts'

/** The caller of the Web API. */
export interface Caller {
  /** The name of the credential in the log: an id derived from its digest, or `owner:KEY` or `organization:KEY` with the key of the owner's credentials. */
  readonly credential: string
  readonly role: Role | 'owner'
}

/** The surroundings of a request, before its caller is known. */
export interface Surroundings extends Pick<Runtime, 'random' | 'store' | 'internet'> {
  /** The time of the request. All decisions and all tokens use this second. */
  readonly now: EpochSeconds
  /** The clock itself, for a time that must be later than a write. A test lists the modules that may read it. */
  readonly clock: () => EpochSeconds
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

/** A call about one service, or about all of them. */
export type AnyCall = Call | OwnerCall

/**
 * Reads the clock once for the whole request. Therefore the tokens that it issues are not younger than the state that it read, and a
 * cut-off in between also ends them.
 */
export function surroundings({ now, random, store, internet }: Runtime, log: RequestLog): Surroundings {
  return { now: now(), clock: now, random, store, internet, log }
}

/** A function ends after 20 seconds (serverless.yml), and the last answers of the store may take several of these seconds. */
const MAX_SECONDS = 8

/** Whether a call with many steps must stop. It then answers 503, and the next call continues. */
export function isOutOfTime({ now, clock }: Pick<Surroundings, 'now' | 'clock'>): boolean {
  return clock() >= addSeconds(now, MAX_SECONDS)
}
