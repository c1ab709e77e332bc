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

/**
 * If `FAULTS` is `all`, every effect of a fault hits every call, each time by another fault. Otherwise one fault hits one call, by the
 * number in `FAULTS`.
 */
export const ALL = WISH === 'all'
/** Without `FAULTS` a process is killed after only one of its writes, and one is late. `.ci/run` tries every write. */
export const FEW = WISH === undefined
export const SEED = ALL ? 0 : Number(WISH ?? 20_261_127)

type Faults = Readonly<Record<string, () => Fate>>

/** Ways in which one call of the store fails, while the calls before and after it pass. Each use makes a new `Fate`. */
const NOT_DONE: Faults = {
  'is reset before it arrives': () => cut,
  'is throttled by the table': () => fault(400, 'ProvisionedThroughputExceededException'),
  'is throttled by the account': () => fault(400, 'ThrottlingException'),
  'is answered by 500': () => fault(500, 'InternalServerError'),
  'is answered by 503': () => fault(503, 'ServiceUnavailable'),
  'is answered by a page': () => gatewayPage,
}
const DONE: Faults = {
  'is done and reset': () => loseAnswer,
  'is done and its answer breaks off': () => cutAnswerOff,
}
const UNPROCESSED: Faults = {
  'leaves keys unprocessed': () => leaveUnprocessed(() => false),
  'leaves some keys unprocessed': () => leaveUnprocessed((id) => id.split('.').length > 2),
}

/** The client of the store sends the call again, so the request must succeed. */
const DONE_TWICE: Faults = {
  'is done and reset once': () => onlyFirst(loseAnswer),
  'is done and its answer breaks off once': () => onlyFirst(cutAnswerOff),
}
export const PASSING_FAULTS: Faults = {
  ...DONE_TWICE,
  'is reset once before it arrives': () => onlyFirst(cut),
  'is throttled once': () => onlyFirst(fault(400, 'ProvisionedThroughputExceededException')),
  'is answered by 500 once': () => onlyFirst(fault(500, 'InternalServerError')),
}
const ONCE_UNPROCESSED: Faults = {
  'leaves keys unprocessed once': () => leaveUnprocessed((_, attempt) => attempt > 1),
}

interface Effect {
  readonly faults: Faults
  readonly isPassing: boolean
}

/** The effects that faults at one call have. A read has no effect that differs if its answer is lost, or if it is done twice. */
export function effectsOn({ operation }: Passing): readonly Effect[] {
  const failing = (faults: Faults) => ({ faults, isPassing: false })
  const passing = (faults: Faults) => ({ faults, isPassing: true })
  if (!READS.includes(operation)) return [failing(NOT_DONE), failing(DONE), passing(DONE_TWICE)]
  const onBatch = operation === 'BatchGetItem' ? [failing(UNPROCESSED), passing(ONCE_UNPROCESSED)] : []
  return [failing({ ...NOT_DONE, ...DONE }), passing(PASSING_FAULTS), ...onBatch]
}

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

/**
 * Notes the writes that the engine has done. A process that is killed may have sent several at once: `settled` waits for those that the
 * engine still does.
 */
export function noting(
  fate: Fate,
  written: Passing[],
): { readonly fate: Fate; readonly settled: () => Promise<unknown> } {
  const sent: Promise<unknown>[] = []
  const note = async (passing: Passing, forward: () => Promise<Reply>): Promise<Reply> => {
    const reply = await forward()
    if (isWrite(passing) && reply.status === 200) written.push(passing)
    return reply
  }
  return {
    fate: (passing, forward) =>
      fate(passing, () => {
        const reply = note(passing, forward)
        sent.push(reply)
        return reply
      }),
    settled: () => Promise.allSettled(sent),
  }
}
