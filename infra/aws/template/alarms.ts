import { certificateArns, type DeploymentSettings } from '../settings/settings.ts'
import { ref, type Value } from './cloudformation.ts'
import { type Count, namespaceOf } from './log-counts.ts'
import { lambdaId } from './logical-ids.ts'
import { type QueryName, savedName } from './queries.ts'
import type { Tables } from './tables.ts'
import { topicOf } from './topic.ts'

type Settings = Pick<
  DeploymentSettings,
  'stage' | 'alarms' | 'resourceServers' | 'mtlsDomain' | 'plainDomain'
>

/** The alarms, which the topic sends. */
export function alarms(settings: Settings, tables: Tables): Readonly<Record<string, object>> {
  const all: Readonly<Record<string, Alarm>> = {
    ...requestAlarms(settings),
    ...capacityAlarms(settings, tables),
    ...certificateAlarms(settings),
  }
  return Object.fromEntries(Object.entries(all).map(([id, each]) => [id, resource(id, each, settings)]))
}

interface Alarm {
  readonly description: string
  /** None if no log has more. */
  readonly query?: QueryName
  /** Properties of the alarm, besides those that all have. */
  readonly watched: object
}

/** Its end is published as well. Without data there is no alarm, unless it says otherwise. */
function resource(id: string, { description, query, watched }: Alarm, settings: Settings) {
  const topic = [topicOf(settings)]
  const saved = query === undefined ? '' : ` Saved query: ${savedName(settings.stage, query)}.`
  const common = {
    AlarmDescription: `${description} What to do: docs/operations.md#${id.toLowerCase()}.${saved}`,
    ...{ AlarmActions: topic, OKActions: topic, TreatMissingData: 'notBreaching' },
    ...{ EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
  }
  return { Type: 'AWS::CloudWatch::Alarm', Properties: { ...common, ...watched } }
}

/** Alarms about how requests are answered. */
function requestAlarms({ stage, alarms: limits }: Settings): Readonly<Record<string, Alarm>> {
  const counted = (count: Count) => metric(namespaceOf(stage), count)
  return {
    ServerErrorsAlarm: {
      description:
        'Requests are answered with 5xx. 503 means that a table cannot be reached, 500 is a defect.',
      query: 'failures',
      watched: share(metric('AWS/ApiGateway', '5xx', OF_API), REQUESTS, limits.serverErrors),
    },
    LatencyAlarm: {
      description: 'For a quarter of an hour one request in a hundred has taken too long.',
      query: 'top clients',
      watched: {
        ...metric('AWS/ApiGateway', 'Latency', OF_API),
        ...{ ExtendedStatistic: 'p99', Period: PERIOD, EvaluationPeriods: 3 },
        ...{ Threshold: limits.latencyMilliseconds, EvaluateLowSampleCountPercentile: 'ignore' },
      },
    },
    RefusalsAlarm: {
      description: 'More requests of known clients and servers are refused than usual.',
      query: 'refusals of a client',
      watched: share(counted('Refusals'), REQUESTS, limits.refusals),
    },
    // A thief causes this, and so does a client with a new certificate or key and an old token.
    StolenTokensAlarm: {
      description: 'Tokens or codes are used with another certificate, key or client than their own.',
      query: 'refusals of a client',
      watched: sum(counted('StolenTokens'), limits.stolenTokens),
    },
    // An honest client hardly ever causes it, so the first one counts.
    ReplaysAlarm: {
      description: 'A code or a refresh token was used again, and its tokens were ended.',
      query: 'refusals of a client',
      watched: sum(counted('Replays'), limits.replays),
    },
    // A stranger can cause it for a moment. Clients whose CA has expired go on.
    LockedOutAlarm: {
      description:
        'For a quarter of an hour the mutual-TLS domain has refused certificates: 403 of API Gateway itself.',
      query: 'answers by address',
      watched: { ...share(counted('LockedOut'), MTLS_REQUESTS, limits.lockedOut), EvaluationPeriods: 3 },
    },
    ThrottledAlarm: {
      description: 'For a quarter of an hour routes have been at their limit: 429 of API Gateway.',
      query: 'answers by address',
      watched: { ...share(counted('Throttled'), REQUESTS, limits.throttled), EvaluationPeriods: 3 },
    },
    ...(limits.requestsAnHour !== undefined && {
      SilenceAlarm: {
        description:
          'Fewer requests than ever reach the mutual-TLS domain: look at its DNS record, its certificates and its clients.',
        query: 'answers by address',
        watched: {
          ...{ ...MTLS_REQUESTS, Statistic: 'Sum', Period: 3600, Threshold: limits.requestsAnHour },
          ...{ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
        },
      },
    }),
  }
}

/** Alarms about what AWS lets the deployment do. */
function capacityAlarms(
  { alarms: limits, resourceServers }: Settings,
  { registry, grants, audit }: Tables,
): Readonly<Record<string, Alarm>> {
  const throttles = [
    { TableName: registry.name },
    { TableName: grants.name },
    { TableName: audit.name },
    { TableName: grants.name, GlobalSecondaryIndexName: 'listing' },
  ].flatMap((dimensions) =>
    ['Read', 'Write'].map((kind) => metric('AWS/DynamoDB', `${kind}ThrottleEvents`, dimensions)),
  )
  const ofAuthorizer = { FunctionName: ref(lambdaId('authorizer')) }
  return {
    TableThrottlesAlarm: {
      description:
        'DynamoDB refuses reads or writes of a table or its index: too many at once, or one item is too busy.',
      query: 'top clients',
      watched: total(throttles, limits.tableThrottles),
    },
    ConcurrencyAlarm: {
      description:
        'The functions of the account, also those of others, come near to the executions that it may have at once.',
      query: 'top clients',
      watched: {
        ...metric('AWS/Lambda', 'ConcurrentExecutions', {}),
        ...{ Statistic: 'Maximum', Period: PERIOD, Threshold: limits.executions },
      },
    },
    // The failures of all other functions are answers 5xx of the API.
    ...(resourceServers.length > 0 && {
      AuthorizerErrorsAlarm: {
        description: 'The authorizer breaks off or is throttled, so APIs of resource servers answer 500.',
        query: 'failures',
        watched: total(
          ['Errors', 'Throttles'].map((name) => metric('AWS/Lambda', name, ofAuthorizer)),
          limits.authorizerErrors,
        ),
      },
    }),
  }
}

const CERTIFICATES: Readonly<Record<string, readonly [id: string, owner: string]>> = {
  'mtlsDomain.certificateArn': ['MtlsCertificateAlarm', 'The certificate of the mutual-TLS domain'],
  'mtlsDomain.ownershipCertificateArn': [
    'OwnershipCertificateAlarm',
    'The ownership certificate of the mutual-TLS domain',
  ],
  'plainDomain.certificateArn': ['PlainCertificateAlarm', 'The certificate of the plain domain'],
}

/** ACM counts the days of a certificate down twice a day, and is silent when it has expired (cloudwatch-metrics.html in its guide). */
function certificateAlarms(settings: Settings): Readonly<Record<string, Alarm>> {
  const Threshold = settings.alarms.certificateDays
  const made = Object.entries(certificateArns(settings)).map(([setting, CertificateArn]): [string, Alarm] => {
    const [id, owner] = CERTIFICATES[setting] ?? [setting, setting]
    const watched = {
      ...metric('AWS/CertificateManager', 'DaysToExpiry', { CertificateArn }),
      ...{ Statistic: 'Minimum', Period: 86_400, Threshold },
      ...{ ComparisonOperator: 'LessThanOrEqualToThreshold', TreatMissingData: 'breaching' },
    }
    return [id, { description: `${owner} ends soon, or has ended.`, watched }]
  })
  return Object.fromEntries(made)
}

const PERIOD = 300

interface Metric {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions: readonly { readonly Name: string; readonly Value: Value }[]
}

function metric(
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, Value>> = {},
): Metric {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
  return { Namespace, MetricName, Dimensions }
}

const OF_API = { ApiId: ref('HttpApi') }
const REQUESTS = metric('AWS/ApiGateway', 'Count', OF_API)
const MTLS_REQUESTS = metric('AWS/ApiGateway', 'Count', { ...OF_API, Stage: '$default' })

const sum = (watched: Metric, Threshold: number) => ({
  ...watched,
  Statistic: 'Sum',
  Period: PERIOD,
  Threshold,
})

const queried = (Id: string, Metric: Metric) => ({
  ...{ Id, ReturnData: false },
  MetricStat: { Period: PERIOD, Stat: 'Sum', Metric },
})

/** Raised if at least so many of the requests, and so much of them, are counted. */
function share(counted: Metric, requests: Metric, { percent, atLeast }: Settings['alarms']['refusals']) {
  const isMany = `counted >= ${atLeast} AND counted * 100 >= FILL(requests, 0) * ${percent}`
  const Metrics = [
    { Id: 'raised', Expression: `IF(${isMany}, 1, 0)`, ReturnData: true },
    ...[queried('counted', counted), queried('requests', requests)],
  ]
  return { Metrics, Threshold: 1 }
}

/** Some of the metrics may have no data. */
function total(metrics: readonly Metric[], Threshold: number) {
  const each = metrics.map((one, i) => queried(`m${i}`, one))
  const Expression = each.map(({ Id }) => `FILL(${Id}, 0)`).join(' + ')
  return { Metrics: [{ Id: 'all', Expression, ReturnData: true }, ...each], Threshold }
}
