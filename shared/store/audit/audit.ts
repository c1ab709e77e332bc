import type { DynamoDb, Item } from '../../dynamodb/dynamodb.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import { Table } from '../table.ts'
import type { Audited } from './audit-item.ts'
import { AuditLog, type AuditRecord, type Period } from './audit-log.ts'
import { AuditedTable } from './audited-table.ts'
import { eraseClient } from './erase.ts'
import { Operation } from './operation.ts'
import { settle } from './settle.ts'

interface AuditOptions {
  readonly dynamodb: DynamoDb
  readonly registryTable: string
  readonly grantsTable: string
  readonly auditTable: string
  readonly auditDays: number
  readonly newAttempt: () => string
}

/** The records of changes. */
export function openAudit({ dynamodb, registryTable, grantsTable, newAttempt, ...options }: AuditOptions) {
  const table = new Table(dynamodb, options.auditTable, newAttempt)
  const tables = {
    registry: new Table(dynamodb, registryTable, newAttempt),
    grants: new Table(dynamodb, grantsTable, newAttempt),
  }
  const audit = new AuditLog(table)
  return {
    /**
     * Begins an operation whose writes are recorded.
     *
     * @param log writes the copy of an item of the record
     * @returns the operation, and the tables for its writes
     */
    begin: (about: Audited, log: (item: Item) => void) => {
      const { auditDays } = options
      const operation = new Operation(about, { table, auditDays, id: newAttempt(), log })
      return {
        operation,
        registry: new AuditedTable(dynamodb, registryTable, 'registry', operation),
        grants: new AuditedTable(dynamodb, grantsTable, 'grants', operation),
      }
    },
    records: audit.records.bind(audit),
    erase: (about: Audited & { readonly service: number; readonly client: number }, period: Period) => {
      const { client, ...audited } = about
      const operation = new Operation(audited, {
        table,
        auditDays: options.auditDays,
        id: newAttempt(),
        log: () => undefined,
      })
      return eraseClient({ service: about.service, client }, period, { audit, table, operation })
    },
    settle: (record: AuditRecord, now: EpochSeconds) => settle(record, { audit, now, tables }),
  }
}
