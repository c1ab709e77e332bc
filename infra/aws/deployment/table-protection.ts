import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import type { ReportedTable } from '../../tables/shape.ts'
import { type Aws, isAnswer } from './aws.ts'

/** @returns `undefined` if the table does not exist */
export async function reportedTable(
  { dynamodb }: Aws,
  TableName: string,
): Promise<ReportedTable | undefined> {
  try {
    const { Table: table = {} } = await dynamodb.send(new DescribeTableCommand({ TableName }))
    const expiry = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))
    const { TimeToLiveStatus: status, AttributeName } = expiry.TimeToLiveDescription ?? {}
    const ttl = status === 'ENABLED' || status === 'ENABLING' ? AttributeName : undefined
    const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }))
    const { PointInTimeRecoveryDescription: recovery } = backups.ContinuousBackupsDescription ?? {}
    return { table, ttl, recovery: recovery?.PointInTimeRecoveryStatus === 'ENABLED' }
  } catch (error) {
    if (isAnswer(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/**
 * Enables the protection that tables of the stack have: time to live and deletion protection, and point-in-time recovery for the
 * registry. The table of grants intentionally has no recovery (docs/operations.md).
 *
 * @returns a line for each table that was changed
 */
export async function protectTables(
  aws: Aws,
  { registryTable, grantsTable }: { readonly registryTable: string; readonly grantsTable: string },
): Promise<string[]> {
  return [...(await protect(aws, registryTable, true)), ...(await protect(aws, grantsTable, false))]
}

async function protect(aws: Aws, TableName: string, isRegistry: boolean): Promise<string[]> {
  const found = await reportedTable(aws, TableName)
  if (found === undefined) return []
  const done = [
    found.ttl !== 'ttl' && (await setTimeToLive(aws.dynamodb, TableName)),
    isRegistry && !found.recovery && (await setRecovery(aws.dynamodb, TableName)),
    // This is the last step, because the table accepts no other change for a moment.
    found.table.DeletionProtectionEnabled !== true && (await setProtection(aws.dynamodb, TableName)),
  ].filter((it) => it !== false)
  return done.length === 0 ? [] : [`${TableName}: enabled ${done.join(', ')}`]
}

async function setTimeToLive(client: DynamoDBClient, TableName: string): Promise<string> {
  const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true }
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
  return 'time to live'
}

async function setRecovery(client: DynamoDBClient, TableName: string): Promise<string> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true }
  await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }))
  return 'point-in-time recovery'
}

async function setProtection(client: DynamoDBClient, TableName: string): Promise<string> {
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }))
  return 'deletion protection'
}
