import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { type Account, type Check, type Finding, orElse, warn } from '../check.ts'

/** Expired items are deleted. Decisions never rely on it: each compares the time itself. */
export const timeToLive = ({ aws, tables }: Account): Check => ({
  name: 'time to live',
  ask: async () => {
    const problems: Finding[] = []
    for (const TableName of tables) {
      const answer = await aws.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))
      const { TimeToLiveStatus: status, AttributeName } = answer.TimeToLiveDescription ?? {}
      const isOn = (status === 'ENABLED' || status === 'ENABLING') && AttributeName === 'ttl'
      const what = `nothing is ever deleted from ${TableName}: its time to live is not enabled for the attribute ttl`
      if (!isOn) problems.push(warn(what, 'enable it: npm run deploy'))
    }
    return orElse(problems, 'expired items are deleted from both tables')
  },
})
