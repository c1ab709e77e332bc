import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { type Check, orElse, warn } from '../finding.ts'
import type { Account } from './account.ts'

/** What has expired is taken away. Nothing relies on it: every decision compares the time itself. */
export const timeToLive = ({ clients: { dynamodb }, tables }: Account): Check => ({
  name: 'time to live',
  ask: async () => {
    const off: string[] = []
    for (const TableName of tables) {
      const { TimeToLiveDescription: about } = await dynamodb.send(
        new DescribeTimeToLiveCommand({ TableName }),
      )
      const isOn = about?.TimeToLiveStatus === 'ENABLED' || about?.TimeToLiveStatus === 'ENABLING'
      if (!isOn || about.AttributeName !== 'ttl') off.push(TableName)
    }
    return orElse(
      off.map((table) =>
        warn(
          `nothing is ever taken out of ${table}: its time to live is not on for the attribute ttl`,
          'switch it on: npm run deploy',
        ),
      ),
      'what has expired is taken out of both tables',
    )
  },
})
