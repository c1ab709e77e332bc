import { type EpochSeconds, addSeconds } from '../../epoch-seconds.ts'
import type { Table } from '../table.ts'
import type { AuditLog, AuditRecord } from './audit-log.ts'
import { type AuditedWrite, keyText, MAIN_KINDS } from './audited-write.ts'

/** Whether a write or an operation was done. If it is `PENDING`, it may still be running. If it is `UNKNOWN`, nothing shows it any more. */
export const SETTLEMENTS = ['DONE', 'PARTLY', 'NOT_DONE', 'PENDING', 'UNKNOWN'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

export interface SettledWrite extends AuditedWrite {
  readonly settlement: Settlement
}
export interface SettledRecord extends Omit<AuditRecord, 'writes'> {
  readonly settlement: Settlement
  readonly writes: readonly SettledWrite[]
}

/** Functions that settle records must not read items of these kinds (infra/aws/template/rights.ts). */
const SECRET = new Set(['signingKey', 'nonceKey'])

/** The time after which a function has finished or never will (serverless.yml). */
const UNFINISHED_SECONDS = 60

interface SettlingStore {
  readonly audit: AuditLog
  readonly tables: Readonly<Record<'registry' | 'grants', Table>>
  readonly now: EpochSeconds
}

/**
 * Decides for each write of a record whether it was done. The outcome names those that were. Without it the item shows the attempt of the
 * write, or a later write has read it there.
 */
export async function settle(record: AuditRecord, around: SettlingStore): Promise<SettledRecord> {
  const all: SettledWrite[] = []
  for (const write of record.writes)
    all.push({ ...write, settlement: await settleWrite(write, record, around) })
  const isDone = hasSucceeded(record)
  const isRepeated = (write: SettledWrite, i: number) =>
    all.slice(i + 1).some((later) => keyText(later) === keyText(write))
  // A try that another writer has overtaken, or an alias that the client has already.
  const writes = all.filter(
    (write, i) => write.settlement !== 'NOT_DONE' || !(isDone || isRepeated(write, i)),
  )
  return { ...record, writes, settlement: settlementOf(record, writes) }
}

function hasSucceeded({ outcome }: AuditRecord): boolean {
  return outcome !== undefined && outcome.failed === undefined && outcome.reason === undefined
}

function settlementOf(record: AuditRecord, writes: readonly SettledWrite[]): Settlement {
  const { outcome } = record
  if (hasSucceeded(record)) return 'DONE'
  const main = writes.filter(({ kind }) => MAIN_KINDS.has(kind))
  const found = new Set((main.length > 0 ? main : writes).map(({ settlement }) => settlement))
  const [only = 'NOT_DONE'] = found
  if (found.size < 2) return only === 'DONE' && outcome?.reason !== undefined ? 'PARTLY' : only
  return (['PENDING', 'UNKNOWN'] as const).find((each) => found.has(each)) ?? 'PARTLY'
}

async function settleWrite(
  write: AuditedWrite,
  record: AuditRecord,
  around: SettlingStore,
): Promise<Settlement> {
  const { outcome } = record
  if (outcome?.done.includes(write.attempt) === true) return 'DONE'
  if (outcome !== undefined && outcome.failed === undefined) return 'NOT_DONE'
  const isUnread = SECRET.has(write.kind) || write.table === 'outside'
  const item =
    write.table === 'outside' || isUnread ? undefined : await around.tables[write.table].find(write.key)
  const left = [item?.['attempt'], item?.['revision']]
  const isGone = write.removal === true && item === undefined && !isUnread
  if (isGone || isSeen(write, left) || (await wasRead(write, record, around))) return 'DONE'
  if (around.now < addSeconds(record.at, UNFINISHED_SECONDS)) return 'PENDING'
  // Token requests write grants, too, and leave no record.
  const isAsRead = item !== undefined && write.read.every((value) => left.includes(value))
  return isUnread || (write.kind === 'grant' && !isAsRead) ? 'UNKNOWN' : 'NOT_DONE'
}

const isSeen = ({ attempt, revision }: AuditedWrite, values: readonly unknown[]) =>
  values.includes(attempt) || (revision !== undefined && values.includes(revision))

/** Whether a later write has read the item as this one has left it. */
async function wasRead(
  write: AuditedWrite,
  { at, service }: AuditRecord,
  { audit, now }: SettlingStore,
): Promise<boolean> {
  for await (const later of audit.records(service, { from: at, to: now })) {
    if (later.writes.some((other) => keyText(other) === keyText(write) && isSeen(write, other.read)))
      return true
  }
  return false
}
