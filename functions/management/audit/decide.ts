import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import { isSelected, type Period, type Selection } from '../../../shared/store/audit/audit-log.ts'
import type { SettledRecord } from '../../../shared/store/audit/settle.ts'
import { parseNumber } from '../../../shared/store/identity.ts'
import type { AuditRequest } from './request.ts'

const MAX_PERIOD_SECONDS = 31 * 86_400

export interface RecordPage {
  readonly records: readonly SettledRecord[]
  /** The place of the last record, or `undefined` on the last page. */
  readonly last: string | undefined
}

/**
 * Lists the records of changes, the newest first. A page can be short or empty if few records match. The next page continues it.
 *
 * @throws Refusal audit-period-wrong, api-client-unknown
 */
export async function listRecords(request: AuditRequest, call: Call): Promise<RecordPage> {
  const { service, store, now } = call
  const selection = await selectionOf(request, call)
  const audit = store.audit
  const records: SettledRecord[] = []
  let last = request.before
  for await (const record of audit.records(service.apiKey, periodOf(request, now), last)) {
    // Without a token the answer would be complete, so at least one record has been read.
    const isSlow = last !== request.before && isOutOfTime(call)
    if (records.length === request.size || isSlow) return { records, last }
    last = record.place
    if (isSelected(record, selection)) records.push(await audit.settle(record, now))
  }
  return { records, last: undefined }
}

/** The requested period, or else the 31 days before its end. @throws Refusal audit-period-wrong */
function periodOf({ since, until }: AuditRequest, now: EpochSeconds): Period {
  const to = until ?? (since === undefined ? now : addSeconds(since, MAX_PERIOD_SECONDS))
  const from = since ?? addSeconds(to, -MAX_PERIOD_SECONDS)
  if (from > to || to - from > MAX_PERIOD_SECONDS) throw new Refusal('audit-period-wrong')
  return { from, to }
}

/** @throws Refusal api-client-unknown */
async function selectionOf(
  { client, credential }: AuditRequest,
  { service, store }: Call,
): Promise<Selection> {
  // The records of a deleted client can be found with its number.
  const number =
    client === undefined
      ? undefined
      : (parseNumber(client) ?? (await store.registry.findClient(service.apiKey, client))?.clientId)
  if (client !== undefined && number === undefined) throw new Refusal('api-client-unknown')
  return { client: number, credential }
}
