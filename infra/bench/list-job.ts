import { setTimeout as delay } from 'node:timers/promises'
import { listFetcher } from '../../shared/certificate-lists/fetch.ts'
import { refreshSource } from '../../shared/certificate-lists/refresh.ts'
import { WRITE_PAUSE_MILLISECONDS } from '../../shared/certificate-lists/run.ts'
import { localRuntime } from '../emulator/local-runtime.ts'
import { argument, report } from './child.ts'

/** A run of the job for one list. */
export interface ListRun {
  readonly seconds: number
  readonly cpuSeconds: number
  /** The largest resident set of the process. */
  readonly megabytes: number
}

const { endpoint, source } = argument() as { readonly endpoint: string; readonly source: string }
const runtime = await localRuntime(endpoint, 1, { LOG_LEVEL: 'silent' })
const startedAt = performance.now()
const pause = () => delay(WRITE_PAUSE_MILLISECONDS)
const { source: after } = await refreshSource(source, { ...runtime, ...listFetcher(), pause })
if (after.problem !== undefined) throw new Error(after.problem)
const { user, system } = process.cpuUsage()
report({
  seconds: (performance.now() - startedAt) / 1000,
  cpuSeconds: (user + system) / 1e6,
  megabytes: process.resourceUsage().maxRSS / 1024,
} satisfies ListRun)
