import { SourceBusy } from '../../shared/certificate-lists/run.ts'
import { StoreUnavailable } from '../../shared/store/unavailable.ts'
import { CERTIFICATE_NAMES } from './certificates.ts'
import { listOf } from './lists.ts'
import type { DirectPlay } from './schedule.ts'
import type { ReadList, Span } from './state.ts'
import type { Operations, Step } from './steps.ts'

/** The step with certificate lists. A deployment with a service that notes no certificates has none. */
export const LIST_STEPS: Operations<DirectPlay> = {
  readList: { weight: 4, fits: ({ world }) => world.isNoted, take: readList },
}

const ENTRIES = [undefined, 'hold', undefined, undefined, 'hold', 'final'] as const

function entriesOf({ pick, other }: Step): ReadList['entries'] {
  return new Map(
    CERTIFICATE_NAMES.flatMap((name, at) => {
      const entry = ENTRIES[(pick + at * other) % ENTRIES.length]
      return entry === undefined ? [] : [[name, entry]]
    }),
  )
}

/** The job reads the next list. */
async function readList(play: DirectPlay, step: Step): Promise<void> {
  const entries = entriesOf(step)
  const content = listOf(entries, (play.published += 1))
  const run = () => play.world.readList(step.by, content).catch((error: unknown) => error as Error)
  const lists = play.lists
  const forget = ({ start }: Span) =>
    void lists.splice(
      lists.findIndex(({ at }) => at.start === start),
      1,
    )
  await play.begin(
    step,
    `read the list ${play.published} with ${JSON.stringify([...entries])}`,
    run,
    (result, at) => {
      if (!(result instanceof Error)) return result.changed === 0 ? forget(at) : undefined
      if (result instanceof SourceBusy) return forget(at)
      // Nobody waits for the job. DynamoDB Local sends many services in a form that the client does not read.
      if (!(result instanceof StoreUnavailable)) play.fail(String(result.stack))
      return void Object.assign(at, { end: Infinity, endedAt: Infinity })
    },
    (at) => void lists.push({ entries, at }),
  )
}
