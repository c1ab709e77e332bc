import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { timeToLiveCommand } from '../../tables/shape.ts'
import { reportedTable } from '../deployment/table-protection.ts'
import { type Account, type Check, fail, type Finding, orElse, warn } from './check.ts'

/** The tables are protected from deletion, and two of them can be recovered. A table that was restored has lost both. */
export const tableProtection: Check<Account> = {
  name: 'table protection',
  ask: async ({ aws, tables }) => {
    const problems: (Finding | false)[] = []
    for (const [index, name] of tables.entries()) {
      const found = await reportedTable(aws, name)
      if (found === undefined) {
        problems.push(fail(`${name} does not exist`, 'see docs/operations.md, Restore'))
        continue
      }
      problems.push(
        found.table.DeletionProtectionEnabled !== true &&
          warn(
            `${name} is not protected from deletion`,
            `protect it: aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`,
          ),
        // The second is the table of grants, which has no recovery on purpose.
        index !== 1 &&
          !found.recovery &&
          warn(
            `${name} has no point-in-time recovery, so lost data cannot be restored`,
            `switch it on: aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
          ),
      )
    }
    return orElse(
      problems,
      'the tables are protected, and the registry and the records of changes can be recovered',
    )
  },
}

/** Expired items are deleted. Decisions do not depend on this, because each compares the time. */
export const timeToLive: Check<Account> = {
  name: 'time to live',
  ask: async ({ aws, tables }) => {
    const problems: Finding[] = []
    for (const TableName of tables) {
      const answer = await aws.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))
      const { TimeToLiveStatus: status, AttributeName } = answer.TimeToLiveDescription ?? {}
      const isOn = (status === 'ENABLED' || status === 'ENABLING') && AttributeName === 'ttl'
      const what = `items are never deleted from ${TableName}, because its time to live is not enabled for the attribute ttl`
      if (!isOn) problems.push(warn(what, `enable it: ${timeToLiveCommand(TableName)}`))
    }
    return orElse(problems, 'expired items are deleted from the tables')
  },
}
