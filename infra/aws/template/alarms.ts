import { certificateArns, type DeploymentSettings } from '../settings/settings.ts'
import { ref, type Value } from './cloudformation.ts'
import { type Count, namespaceOf } from './log-counts.ts'
import { alarmId } from './lists.ts'
import { lambdaId } from './logical-ids.ts'
import { API_DIMENSION, metric, MTLS_REQUESTS, PERIOD, REQUESTS, share, sum, total } from './metrics.ts'
import { type QueryName, savedName } from './queries.ts'
import type { Tables } from './tables.ts'
import { topicOf } from './topic.ts'

type Settings = Pick<
  DeploymentSettings,
  'stage' | 'alarms' | 'resourceServers' | 'mtlsDomain' | 'plainDomain' | 'crl'
>

/** The alarms, which the topic sends. */
export function alarms(settings: Settings, tables: Tables): Readonly<Record<string, object>> {
  const all: Readonly<Record<string, Alarm>> = {
    ...requestAlarms(settings),
    ...capacityAlarms(settings, tables),
    ...certificateAlarms(settings),
    ...listAlarms(settings),
    EndingCertificatesAlarm: {
      description: 'Certificates of clients end soon, and their clients use no newer ones.',
      query: 'history of a certificate',
      watched: sum(metric(namespaceOf(settings.stage), 'EndingCertificates'), 1),
    },
  }
  return Object.fromEntries(Object.entries(all).map(([id, each]) => [id, resource(id, each, settings)]))
}

interface Alarm {
  readonly description: string
  /** The saved query with the details; absent if no log contains them. */
  readonly query?: QueryName
  /** The heading of docs/operations.md, if several alarms have one. */
  readonly heading?: string
  /** The properties of the alarm, besides those of all alarms. */
  readonly watched: object
}

/** An alarm, whose end is also published. Missing data raises no alarm by default. */
function resource(id: string, { description, query, heading = id, watched }: Alarm, settings: Settings) {
  const topic = [topicOf(settings)]
  const saved = query === undefined ? '' : ` Saved query: ${savedName(settings.stage, query)}.`
  const common = {
    AlarmDescription: `${description} What to do: docs/operations.md#${heading.toLowerCase()}.${saved}`,
    ...{ AlarmActions: topic, OKActions: topic, TreatMissingData: 'notBreaching' },
    ...{ EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
  }
  return { Type: 'AWS::CloudWatch::Alarm', Properties: { ...common, ...watched } }
}

/** The alarms about the answers to requests. */
function requestAlarms({ stage, alarms: limits }: Settings): Readonly<Record<string, Alarm>> {
  const counted = (count: Count) => metric(namespaceOf(stage), count)
  return {
    ServerErrorsAlarm: {
      description:
        'Requests are answered with 5xx. 503 means that a table cannot be reached; 500 is a defect.',
      query: 'failures',
      watched: share(metric('AWS/ApiGateway', '5xx', API_DIMENSION), REQUESTS, limits.serverErrors),
    },
    LatencyAlarm: {
      description: 'For 15 minutes, one request in a hundred has taken too long.',
      query: 'top clients',
      watched: {
        ...metric('AWS/ApiGateway', 'Latency', API_DIMENSION),
        ...{ ExtendedStatistic: 'p99', Period: PERIOD, EvaluationPeriods: 3 },
        ...{ Threshold: limits.latencyMilliseconds, EvaluateLowSampleCountPercentile: 'ignore' },
      },
    },
    RefusalsAlarm: {
      description: 'More requests of known clients and servers are refused than usual.',
      query: 'refusals of a client',
      watched: share(counted('Refusals'), REQUESTS, limits.refusals),
    },
    // The cause is a thief, or a client with a new certificate or key and an old token.
    StolenTokensAlarm: {
      description: 'Tokens or codes are used with a certificate, key or client that they are not bound to.',
      query: 'refusals of a client',
      watched: sum(counted('StolenTokens'), limits.stolenTokens),
    },
    // Honest clients hardly ever cause this, so the first one raises the alarm.
    ReplaysAlarm: {
      description: 'A code or a refresh token was used again, and its tokens were revoked.',
      query: 'refusals of a client',
      watched: sum(counted('Replays'), limits.replays),
    },
    // Strangers can cause this for a moment. Clients whose CA has expired cause it continuously.
    LockedOutAlarm: {
      description:
        'For 15 minutes, the mutual-TLS domain has refused certificates: 403 from API Gateway itself.',
      query: 'answers by address',
      watched: { ...share(counted('LockedOut'), MTLS_REQUESTS, limits.lockedOut), EvaluationPeriods: 3 },
    },
    ThrottledAlarm: {
      description: 'For 15 minutes, routes have reached their limit: 429 from API Gateway.',
      query: 'answers by address',
      watched: { ...share(counted('Throttled'), REQUESTS, limits.throttled), EvaluationPeriods: 3 },
    },
    ...(limits.requestsAnHour !== undefined && {
      SilenceAlarm: {
        description:
          'Fewer requests than the minimum reach the mutual-TLS domain: check its DNS record, its certificates and its clients.',
        query: 'answers by address',
        watched: {
          ...{ ...MTLS_REQUESTS, Statistic: 'Sum', Period: 3600, Threshold: limits.requestsAnHour },
          ...{ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
        },
      },
    }),
  }
}

/** The alarms about limits of AWS. */
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
        'DynamoDB refuses reads or writes of a table or its index: there are too many at once, or too many for one item.',
      query: 'top clients',
      watched: total(throttles, limits.tableThrottles),
    },
    ConcurrencyAlarm: {
      description:
        'The functions of the account, including those of other projects, almost reach its limit of concurrent executions.',
      query: 'top clients',
      watched: {
        ...metric('AWS/Lambda', 'ConcurrentExecutions', {}),
        ...{ Statistic: 'Maximum', Period: PERIOD, Threshold: limits.executions },
      },
    },
    // The failures of all other functions become 5xx answers of the API.
    ...(resourceServers.length > 0 && {
      AuthorizerErrorsAlarm: {
        description: 'The authorizer fails or is throttled, so APIs of resource servers answer 500.',
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

/** Those that the settings name, and those that the stack makes. */
function servedCertificates(settings: Settings): Readonly<Record<string, Value>> {
  return {
    'mtlsDomain.certificateArn': ref('MtlsDomainCertificate'),
    'plainDomain.certificateArn': ref('PlainDomainCertificate'),
    ...certificateArns(settings),
  }
}

/** ACM reports the remaining days of a certificate twice a day, and reports nothing after it has expired (cloudwatch-metrics.html in its
 * guide). */
function certificateAlarms(settings: Settings): Readonly<Record<string, Alarm>> {
  const Threshold = settings.alarms.certificateDays
  const made = Object.entries(servedCertificates(settings)).map(
    ([setting, CertificateArn]): [string, Alarm] => {
      const [id, owner] = CERTIFICATES[setting] ?? [setting, setting]
      const watched = {
        ...metric('AWS/CertificateManager', 'DaysToExpiry', { CertificateArn }),
        ...{ Statistic: 'Minimum', Period: 86_400, Threshold },
        ...{ ComparisonOperator: 'LessThanOrEqualToThreshold', TreatMissingData: 'breaching' },
      }
      return [id, { description: `${owner} expires soon or has expired.`, watched }]
    },
  )
  return Object.fromEntries(made)
}

/** A run every ten minutes finds the lists of each source. A job that does not run is an alarm, too. */
function listAlarms({ stage, crl }: Settings): Readonly<Record<string, Alarm>> {
  const made = (crl?.sources ?? []).map(({ name }): [string, Alarm] => [
    alarmId(name),
    {
      description: `For an hour, no run has found all certificate lists of ${name} fresh.`,
      heading: 'ListAlarm',
      watched: {
        ...{
          ...metric(namespaceOf(stage), `FreshList-${name}`),
          Statistic: 'Sum',
          Period: 3600,
          Threshold: 1,
        },
        ...{ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
      },
    },
  ])
  return Object.fromEntries(made)
}
