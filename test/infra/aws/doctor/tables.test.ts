import { expect, test } from 'vitest'
import type { Aws } from '../../../../infra/aws/deployment/aws.ts'
import type { Account } from '../../../../infra/aws/doctor/check.ts'
import { tableProtection, timeToLive } from '../../../../infra/aws/doctor/tables.ts'

/** The answers of DynamoDB, keyed by the name of the call. */
type Answers = Readonly<Record<string, object>>

const GOOD: Answers = {
  DescribeTableCommand: { Table: { DeletionProtectionEnabled: true } },
  DescribeTimeToLiveCommand: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } },
  DescribeContinuousBackupsCommand: recovery('ENABLED'),
}

function recovery(PointInTimeRecoveryStatus: string) {
  return { ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus } } }
}

function account(answers: Answers): Account {
  const send = (call: object) => Promise.resolve({ ...GOOD, ...answers }[call.constructor.name])
  const domain = { name: 'auth.example.com', certificateArn: '' }
  return {
    aws: { dynamodb: { send } } as unknown as Aws,
    settings: { stage: 'prod', mtlsDomain: domain, plainDomain: domain, resourceServers: [] },
    stack: { id: '', outputs: new Map() },
    tables: ['registry', 'grants'],
  }
}

test('doctor finds no problem with tables that are protected and can be recovered', async () => {
  expect(await tableProtection.ask(account({}))).toMatchObject([{ status: 'ok' }])
})

test('doctor names the command that protects a table', async () => {
  const tables = account({ DescribeTableCommand: { Table: { DeletionProtectionEnabled: false } } })
  expect(await tableProtection.ask(tables)).toMatchObject(
    ['registry', 'grants'].map((name) => ({
      status: 'warn',
      what: `${name} is not protected from deletion`,
      todo: `protect it: aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`,
    })),
  )
})

test('doctor requires recovery only for the registry', async () => {
  const tables = account({ DescribeContinuousBackupsCommand: recovery('DISABLED') })
  expect(await tableProtection.ask(tables)).toMatchObject([
    {
      status: 'warn',
      what: 'registry has no point-in-time recovery, so lost data cannot be restored',
    },
  ])
})

test('doctor names the command that only enables the time to live', async () => {
  const tables = account({
    DescribeTimeToLiveCommand: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } },
  })
  const [first] = await timeToLive.ask(tables)
  expect(first).toMatchObject({
    todo: 'enable it: aws dynamodb update-time-to-live --table-name registry --time-to-live-specification Enabled=true,AttributeName=ttl',
  })
})
