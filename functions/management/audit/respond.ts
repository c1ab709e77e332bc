import type { SettledRecord, SettledWrite } from '../../../shared/store/audit/settle.ts'
import type { AuditListAnswer } from './answer-schema.ts'
import type { RecordPage } from './decide.ts'

export function auditList({ records, last }: RecordPage): AuditListAnswer {
  return {
    records: records.map(recordView),
    nextPageToken: last === undefined ? undefined : Buffer.from(last).toString('base64url'),
  }
}

type RecordView = AuditListAnswer['records'][number]

function recordView({
  at,
  id,
  by,
  operation,
  address,
  requestId,
  outcome,
  settlement,
  writes,
}: SettledRecord): RecordView {
  return {
    recordId: id,
    requestedAt: at * 1000,
    operation,
    credential: by,
    address,
    requestId,
    outcome: settlement,
    reason: outcome?.reason,
    changes: writes.map(changeView),
    otherItems: outcome?.others,
  }
}

function changeView({
  kind,
  key,
  client,
  subject,
  removal,
  settlement,
  members,
}: SettledWrite): RecordView['changes'][number] {
  const item = key['sk'] ?? key['id'] ?? ''
  return { kind, item, clientId: client, subject, removed: removal === true, outcome: settlement, members }
}
