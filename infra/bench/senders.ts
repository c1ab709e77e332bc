import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { argument, report } from './child.ts'
import { engineAt, settingsFor } from './deployment.ts'
import { interleave, type NamedSamples, type Sample } from './rounds.ts'
import { undiciHandler } from './undici-handler.ts'

export interface SendersArgument {
  readonly endpoint: string
  readonly rounds: number
  /** Of a case in a round. */
  readonly calls: number
}

export type SendersReady = readonly NamedSamples[]

const WARM_UP_CALLS = 1500
const CONCURRENT = 8
/** As large as a bound opaque token's. */
const ITEM = {
  id: '26888344961664.74512345678901.AAAAAAAAAAAAAAAAAAAAAA',
  stage: 'TOKENS',
  client: 74512345678901,
  scopes: ['accounts:read'],
  grantType: 'CLIENT_CREDENTIALS',
  binding: { 'x5t#S256': 'A'.repeat(43) },
  accessDigest: 'A'.repeat(43),
  accessIssuedAt: 1795502400,
  accessExpiresAt: 1795588800,
  accessScopes: ['accounts:read'],
  ttl: 1795592400,
}

const { endpoint, rounds, calls } = argument() as SendersArgument
const { grantsTable } = settingsFor(1)

const STATE = { id: '26888344961664.74512345678901', locked: false, notBefore: 1795502400 }
const KEYS = [{ id: ITEM.id }, { id: STATE.id }]
const get = () =>
  new BatchGetCommand({ RequestItems: { [grantsTable]: { Keys: KEYS, ConsistentRead: true } } })
const put = (Item: object) => new PutCommand({ TableName: grantsTable, Item })

const SENDERS: Readonly<Record<string, DynamoDBClientConfig>> = {
  'SDK as it is': {},
  'SDK over undici': { requestHandler: undiciHandler() },
}

report((await measureSenders()) satisfies SendersReady)

async function measureSenders(): Promise<SendersReady> {
  const cases = Object.entries(SENDERS).flatMap(([name, config]) => {
    const client = new DynamoDBClient({ ...engineAt(endpoint), ...config })
    const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
    return [
      { name: `PutItem, ${name}`, document, call: () => document.send(put(ITEM)) },
      { name: `BatchGetItem, ${name}`, document, call: () => document.send(get()) },
    ]
  })
  await cases[0]?.document.send(put(STATE))
  for (const { call } of cases) await load(call, WARM_UP_CALLS)
  return interleave(cases, rounds, ({ call }) => load(call, calls))
}

async function load(call: () => Promise<unknown>, count: number): Promise<Sample> {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  let left = count
  const worker = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: CONCURRENT }, worker))
  const { user, system } = process.cpuUsage(before)
  return { calls: count, cpuMicroseconds: user + system, wallMilliseconds: performance.now() - startedAt }
}
