import { addSeconds } from '../../shared/epoch-seconds.ts'
import type { SettledRecord } from '../../shared/store/audit/settle.ts'
import { expect } from 'vitest'
import { outcome } from './answers.ts'
import type { FixedRuntime } from './fixed-runtime.ts'
import type { Walk } from './walk.ts'

/** Later than the time for which a record without outcome may still be going on. */
const OVER_SECONDS = 61

/**
 * The settled records of a service, or of the deployment, the newest first, as they are when no operation goes on any more.
 *
 * @param from the first second. By default a month ago
 */
export async function recordsOf(
  { store, clock }: Pick<FixedRuntime, 'store' | 'clock'>,
  service: number | undefined,
  from = addSeconds(clock.now, -30 * 86_400),
): Promise<SettledRecord[]> {
  const now = addSeconds(clock.now, OVER_SECONDS)
  const audit = store.audit
  const records = []
  for await (const record of audit.records(service, { from, to: now }))
    records.push(await audit.settle(record, now))
  return records
}

/** The service of a partition of records. `undefined`: it has records about the deployment. */
export function serviceOf(partition: unknown): number | undefined {
  const [service] = String(partition).split('#')
  return service === 'deployment' ? undefined : Number(service)
}

/** Every record, of all services. */
export async function allRecords(runtime: FixedRuntime): Promise<SettledRecord[]> {
  const services = (await runtime.tables.audit.scan()).map(({ pk }) => serviceOf(pk))
  const records = []
  for (const service of new Set(services)) records.push(...(await recordsOf(runtime, service)))
  return records
}

/** Lists records of a service by the Web API. @param query with its question mark */
export async function listRecords(walk: Walk, query = '') {
  const answer = await walk.v3('GET', `/audit/get/list${query}`)
  expect(outcome(answer)).toBe('200')
  return answer.json as { records: Listed[]; nextPageToken?: string }
}

/** A record as the Web API lists it. */
export interface Listed {
  readonly operation: string
  readonly requestedAt: number
  readonly credential: string
  readonly outcome: string
  readonly reason?: string
  readonly changes: readonly {
    readonly kind: string
    readonly clientId?: number
    readonly outcome: string
    readonly members: readonly { readonly name: string; readonly from?: string; readonly to?: string }[]
  }[]
}
