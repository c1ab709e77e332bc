import type { Item } from '../../dynamodb/dynamodb.ts'
import type { Table } from '../table.ts'
import { AuditItem } from './audit-item.ts'
import type { AuditLog, Period } from './audit-log.ts'
import type { Operation } from './operation.ts'

/**
 * Takes personal data about a client out of its records: subjects of grants, and values of members. When, who and what stay. This leaves a
 * record, too. Only an administrator runs it: functions do not call it.
 *
 * @returns the number of items that were written again
 */
export async function eraseClient(
  { service, client }: { readonly service: number; readonly client: number },
  period: Period,
  {
    audit,
    table,
    operation,
  }: { readonly audit: AuditLog; readonly table: Table; readonly operation: Operation },
): Promise<number> {
  const attempt = operation.newAttempt()
  const about = { kind: 'records', service, client, members: [] }
  await operation.announce({ table: 'outside', key: { id: 'records' }, read: [], attempt, ...about })
  let count = 0
  for await (const item of audit.items(service, period)) {
    const erased = withoutValues(item, client)
    if (erased === undefined) continue
    await table.replace(erased, { pk: String(item['pk']), sk: String(item['sk']) })
    count += 1
  }
  operation.confirm(attempt)
  await operation.end(undefined, false)
  return count
}

/** @returns `undefined` if nothing of the item is about the client, or nothing is left to erase */
function withoutValues(item: Item, client: number): Item | undefined {
  const { write } = AuditItem.parse(item)
  if (write?.client !== client) return undefined
  const { subject, members, ...kept } = write
  const hasValues = members.some(({ from, to }) => from !== undefined || to !== undefined)
  if (subject === undefined && !hasValues) return undefined
  return { ...item, write: { ...kept, members: members.map(({ name }) => ({ name })) } }
}
