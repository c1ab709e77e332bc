import { delay } from '../../shared/delay.ts'
import { noticeEndings } from './notices.ts'
import { listFetcher } from '../../shared/certificate-lists/fetch.ts'
import { refreshSource } from '../../shared/certificate-lists/refresh.ts'
import { WRITE_PAUSE_MILLISECONDS } from '../../shared/certificate-lists/run.ts'
import { isFresh } from '../../shared/store/lists/sources.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'

/**
 * Makes the Lambda handler that schedules invoke: for each source of certificate lists, which logs one line, and once a day for the notices
 * about certificates that end.
 *
 * @returns a handler of one parameter: Lambda refuses to start a function that looks like a callback handler
 */
export function refreshOnSchedule(runtime: Runtime): (event: unknown) => Promise<void> {
  const fetcher = listFetcher()
  const pause = () => delay(WRITE_PAUSE_MILLISECONDS)
  return async (event) => {
    const { source: name, notices } = event as { readonly source?: unknown; readonly notices?: unknown }
    if (notices === true) return noticeEndings(runtime, runtime.now())
    if (typeof name !== 'string') throw new Error('the event must have the name of a source')
    const startedAt = runtime.elapsed()
    const { source, changed, notes } = await refreshSource(name, { ...runtime, ...fetcher, pause })
    runtime.log.list({
      ...{ endpoint: 'certificate-lists', list: name, changed, ...notes },
      outcome: isFresh(source, runtime.now()) ? 'fresh' : 'late',
      problem: source.problem,
      milliseconds: Math.round(runtime.elapsed() - startedAt),
    })
  }
}
