import {
  cut,
  cutAnswerOff,
  type Fate,
  fault,
  gatewayPage,
  loseAnswer,
  onlyFirst,
  type Passing,
  type Reply,
} from '../support/cutting-proxy.ts'
import { leaveUnprocessed } from '../support/leave-unprocessed.ts'

const { FAULTS: WISH } = process.env

/** If `FAULTS` is `all`, every fault hits every call. Otherwise some faults hit some calls, by the number in `FAULTS`. */
export const ALL = WISH === 'all'
export const SEED = ALL ? 0 : Number(WISH ?? 20_261_127)

/** Ways in which one call of the store fails, while the calls before and after it pass. Each use makes a new `Fate`. */
export const FAULTS = {
  'is reset before it arrives': () => cut,
  'is done and reset': () => loseAnswer,
  'is throttled by the table': () => fault(400, 'ProvisionedThroughputExceededException'),
  'is throttled by the account': () => fault(400, 'ThrottlingException'),
  'is answered by 500': () => fault(500, 'InternalServerError'),
  'is answered by 503': () => fault(503, 'ServiceUnavailable'),
  'is answered by a page': () => gatewayPage,
  'is done and its answer breaks off': () => cutAnswerOff,
  'leaves keys unprocessed': () => leaveUnprocessed(() => false),
  'leaves some keys unprocessed': () => leaveUnprocessed((id) => id.split('.').length > 2),
} as const satisfies Record<string, () => Fate>

/** The SDK sends it again, so the request must succeed. */
export const PASSING_FAULTS = {
  'is reset once before it arrives': () => onlyFirst(cut),
  'is done and reset once': () => onlyFirst(loseAnswer),
  'is throttled once': () => onlyFirst(fault(400, 'ProvisionedThroughputExceededException')),
  'is answered by 500 once': () => onlyFirst(fault(500, 'InternalServerError')),
  'is done and its answer breaks off once': () => onlyFirst(cutAnswerOff),
  'leaves keys unprocessed once': () => leaveUnprocessed((_, attempt) => attempt > 1),
} as const satisfies Record<string, () => Fate>

/** The caller hears nothing of it, and it arrives when `release` is called. */
export function late(): { readonly fate: Fate; readonly release: () => Promise<void> } {
  const held: (() => Promise<Reply>)[] = []
  return {
    fate: (_, forward) => {
      held.push(forward)
      return Promise.resolve(undefined)
    },
    release: async () => {
      for (const forward of held) await forward()
    },
  }
}

const READS = ['GetItem', 'BatchGetItem', 'Query']

export const isWrite = ({ operation }: Passing) => !READS.includes(operation)

/** Notes the writes that the engine has done. */
export function noting(fate: Fate, written: Passing[]): Fate {
  return (passing, forward) =>
    fate(passing, async () => {
      const reply = await forward()
      if (isWrite(passing) && reply.status === 200) written.push(passing)
      return reply
    })
}
