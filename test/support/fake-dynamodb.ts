import type { IncomingMessage } from 'node:http'
import type { Account, Answer, TableState } from './fake-account.ts'

interface Input {
  readonly TableName?: string
  readonly TimeToLiveSpecification?: { readonly AttributeName: string; readonly Enabled: boolean }
  readonly PointInTimeRecoverySpecification?: { readonly PointInTimeRecoveryEnabled: boolean }
  readonly DeletionProtectionEnabled?: boolean
}

/** A call to DynamoDB: answered from the account where the engine on this machine has no answer. */
export async function dynamoDb(
  request: IncomingMessage,
  body: Buffer,
  { tables }: Account,
  engine: string,
): Promise<Answer> {
  const action = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  const input = JSON.parse(body.toString()) as Input
  const state = tables.get(input.TableName ?? '') ?? {}
  const own = OWN[action]?.(input, state)
  if (own !== undefined) {
    tables.set(input.TableName ?? '', state)
    return json(own)
  }
  const answer = await forward(request, body, engine)
  if (action !== 'DescribeTable' || answer.status !== 200) return answer
  const { Table } = JSON.parse(String(answer.body)) as { readonly Table: object }
  return json({ Table: { ...Table, DeletionProtectionEnabled: state.protection ?? false } })
}

const json = (answer: object): Answer => ({
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(answer),
})

const OWN: Readonly<Record<string, (input: Input, state: TableState) => object>> = {
  DescribeTimeToLive: (_, { ttl }) => {
    const on = { TimeToLiveStatus: 'ENABLED', AttributeName: ttl }
    return { TimeToLiveDescription: ttl === undefined ? { TimeToLiveStatus: 'DISABLED' } : on }
  },
  UpdateTimeToLive: ({ TimeToLiveSpecification }, state) => {
    if (TimeToLiveSpecification?.Enabled === true) state.ttl = TimeToLiveSpecification.AttributeName
    return { TimeToLiveSpecification }
  },
  DescribeContinuousBackups: (_, state) => backups(state),
  UpdateContinuousBackups: ({ PointInTimeRecoverySpecification }, state) => {
    state.recovery = PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false
    return backups(state)
  },
  UpdateTable: ({ TableName, DeletionProtectionEnabled = false }, state) => {
    state.protection = DeletionProtectionEnabled
    return { TableDescription: { TableName, DeletionProtectionEnabled } }
  },
}

function backups({ recovery = false }: TableState) {
  const PointInTimeRecoveryStatus = recovery ? 'ENABLED' : 'DISABLED'
  const description = { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus } }
  return { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', ...description } }
}

async function forward({ headers }: IncomingMessage, body: Buffer, engine: string): Promise<Answer> {
  const names = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']
  const sent = Object.fromEntries(names.map((name) => [name, String(headers[name])]))
  const response = await fetch(engine, { method: 'POST', headers: sent, body: body.toString() })
  const type = { 'content-type': String(headers['content-type']) }
  return { status: response.status, headers: type, body: await response.text() }
}
