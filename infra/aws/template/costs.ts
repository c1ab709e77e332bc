import { alarms } from './alarms.ts'
import { type Count, logCounts } from './log-counts.ts'
import { Settings } from '../settings/settings.ts'
import { tablesOf } from './tables.ts'

/** List prices of us-east-1 in US dollars: a million, a GB, a GB-second, a metric. */
const PRICES = {
  ...{ apiGateway: 1, apiGatewayAbove300Millions: 0.9, call: 0.2, gigabyteSecond: 13.3334 / 1e6 },
  ...{ write: 0.625, read: 0.125, logGigabyte: 0.5, storedGigabyte: 0.03, alarm: 0.1, metric: 0.3 },
}
const GIGABYTES = 1
const SECONDS = 0.01
/** The log that a million requests write. */
const LOG_GIGABYTES = 1.1
const RETENTION_MONTHS = 3
const SECONDS_OF_MONTH = 30 * 86_400

interface Request {
  readonly calls: number
  readonly reads: number
  readonly writes: number
  readonly about: string
}

const REQUESTS: Readonly<Record<string, Request>> = {
  introspection: { calls: 1, reads: 2, writes: 0, about: '2 reads' },
  'client credentials': {
    calls: 1,
    reads: 0,
    writes: 3,
    about: '1 write, 1 into the index, 1 when it leaves the index',
  },
  refresh: { calls: 1, reads: 2, writes: 1, about: '2 reads, 1 write' },
  'authorization code, 4 calls': { calls: 4, reads: 6, writes: 5, about: '6 reads, 5 writes' },
  'a DPoP proof, a pushed request or a client assertion': {
    calls: 0,
    reads: 0,
    writes: 1,
    about: '1 write more',
  },
}

const money = (dollars: number) => dollars.toFixed(2)
const rounded = (dollars: number) => (Math.round(dollars / 10) * 10).toLocaleString('en-US')

/** Dollars for some millions of requests of one kind. */
function costOf({ calls, reads, writes }: Request, millions = 1) {
  const requests = calls * millions
  const above = Math.max(0, requests - 300)
  return {
    apiGateway: (requests - above) * PRICES.apiGateway + above * PRICES.apiGatewayAbove300Millions,
    lambda: requests * (PRICES.call + GIGABYTES * SECONDS * PRICES.gigabyteSecond * 1e6),
    dynamoDb: millions * (reads * PRICES.read + writes * PRICES.write),
    logs: requests * LOG_GIGABYTES * PRICES.logGigabyte,
  }
}

const sumOf = (costs: Readonly<Record<string, number>>) =>
  Object.values(costs).reduce((sum, each) => sum + each, 0)

/** The tables of docs/operations.md about costs, by the names of their places. */
export function costTables(): Readonly<Record<string, string>> {
  return {
    'costs of a million requests': ofMillion(),
    'costs of a load': ofLoads(),
    'costs of a month': ofMonth(),
  }
}

function ofMillion(): string {
  const rows = Object.entries(REQUESTS).map(([name, request]) => {
    const costs = costOf(request)
    const { apiGateway, lambda, dynamoDb, logs } = costs
    return `| ${name} | ${money(apiGateway)} | ${money(lambda)} | ${request.about}: ${dynamoDb} | ${money(logs)} | **${money(sumOf(costs))}** |`
  })
  return table('| | API Gateway | Lambda | DynamoDB | logs | sum |', rows)
}

/** Introspections all day. */
function ofLoads(): string {
  const rows = [100, 10_000].map((rate) => {
    const millions = (rate * SECONDS_OF_MONTH) / 1e6
    const costs = costOf(REQUESTS['introspection'] as Request, millions)
    const gigabytes = millions * LOG_GIGABYTES
    const kept = gigabytes * RETENTION_MONTHS * PRICES.storedGigabyte
    const { apiGateway, lambda, dynamoDb, logs } = costs
    const parts = [apiGateway, lambda, dynamoDb, logs, kept].map(rounded).join(' | ')
    const share = Math.round((100 * (logs + kept)) / (sumOf(costs) + kept))
    return `| ${rate.toLocaleString('en-US')} | ${parts} | **${rounded(sumOf(costs) + kept)}** | ${rounded(gigabytes)} GB, ${share} % |`
  })
  return table(
    '| a second | API Gateway | Lambda | DynamoDB | logs | logs of 90 days | sum | logs: size, share |',
    rows,
  )
}

function ofMonth(): string {
  const settings = Settings.parse(EXAMPLE)
  const metrics = Object.values(alarms(settings, tablesOf(settings))).reduce(
    (sum, each) => sum + alarmMetrics(each),
    0,
  )
  const counts = new Set<Count>(
    Object.values(logCounts(settings)).flatMap(({ Properties }) =>
      Properties.MetricTransformations.map(({ MetricName }) => MetricName),
    ),
  ).size
  return table('| what | dollars |', [
    `| alarms: ${metrics} metrics × ${money(PRICES.alarm)} | ${money(metrics * PRICES.alarm)} |`,
    `| metrics from log lines: ${counts} × ${money(PRICES.metric)}, for the hours in which there are lines | ${money(counts * PRICES.metric)} |`,
    '| storage: 0.25 a GB of tables (a grant has under 1 KB and goes with its time to live), 0.03 a GB of logs, point-in-time recovery of the registry 0.20 a GB | cents |',
    '| the key of AWS that encrypts the tables: 0.03 for 10,000 calls, one for each function and table in five minutes | under 0.50 |',
  ])
}

/** AWS charges an alarm by the metrics that it watches. */
function alarmMetrics(resource: object): number {
  const { Type, Properties } = resource as {
    Type: string
    Properties: { Metrics?: readonly { MetricStat?: object }[] }
  }
  if (Type !== 'AWS::CloudWatch::Alarm') return 0
  return Properties.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1
}

/** A table as prettier writes it. */
function table(head: string, rows: readonly string[]): string {
  const cells = [head, ...rows].map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const widths =
    cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? []
  const [first = '', ...others] = cells.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`,
  )
  return [first, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others, ''].join('\n')
}

/** The least settings. No cost depends on the values. */
const EXAMPLE = {
  ...{ region: 'us-east-1', stage: 'prod', trustStore: ['ca.pem'] },
  mtlsDomain: {
    name: 'mtls.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
  },
  plainDomain: {
    name: 'auth.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/2',
  },
  service: { issuer: 'https://auth.example.com' },
}
