import type { SettledRecord, SettledWrite } from '../../../shared/store/audit/settle.ts'
import type { AuditListAnswer } from './answer-schema.ts'
import type { RecordPage } from './decide.ts'

export function auditList({ records, last }: RecordPage): AuditListAnswer {
  return {
    records: records.map(shown),
    nextPageToken: last === undefined ? undefined : Buffer.from(last).toString('base64url'),
  }
}

type Shown = AuditListAnswer['records'][number]

function shown({
  at,
  id,
  by,
  operation,
  address,
  requestId,
  outcome,
  settlement,
  writes,
}: SettledRecord): Shown {
  return {
    recordId: id,
    requestedAt: at * 1000,
    operation,
    credential: by,
    address,
    requestId,
    outcome: settlement,
    reason: outcome?.reason,
    changes: writes.map(change),
    otherItems: outcome?.others ?? 0,
  }
}

function change({
  kind,
  key,
  client,
  subject,
  removal,
  settlement,
  members,
}: SettledWrite): Shown['changes'][number] {
  const item = key['sk'] ?? key['id'] ?? ''
  return { kind, item, clientId: client, subject, removed: removal === true, outcome: settlement, members }
}
