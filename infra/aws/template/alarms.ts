import type { DeploymentSettings } from '../settings/settings.ts'
import {
  type Alarm,
  type Metric,
  ref,
  type Subscription,
  type Topic,
  type Watched,
} from './cloudformation.ts'
import { FUNCTIONS } from './functions.ts'
import { type Count, namespaceOf } from './log-counts.ts'
import { lambdaId } from './logical-ids.ts'

/** The topic that sends alarms, and the alarms. */
export function alarms({ stage, alarms: { email, refusals } }: Pick<DeploymentSettings, 'stage' | 'alarms'>) {
  const AlarmTopic: Topic = { Type: 'AWS::SNS::Topic', Properties: { DisplayName: `certbound ${stage}` } }
  return {
    // Not encrypted: CloudWatch may not publish with the default key of SNS, and the messages hold no secret.
    AlarmTopic,
    ...(email !== undefined && { AlarmSubscription: subscription(email) }),
    ServerErrorsAlarm: alarm(
      'Requests were answered with 5xx. 503 means that a table could not be reached, 500 is a defect.',
      5,
      { ...ofApi('5xx'), Statistic: 'Sum', Period: 300 },
    ),
    LatencyAlarm: alarm(
      'For a quarter of an hour one request in a hundred took more than two seconds.',
      2000,
      { ...ofApi('Latency'), ExtendedStatistic: 'p99', Period: 300 },
      { EvaluationPeriods: 3, ComparisonOperator: 'GreaterThanThreshold' },
    ),
    // A handler answers its own failures with 500 or 503. This counts functions that did not start or did not end, and the
    // authorizer, which throws when it cannot decide.
    ...overFunctions(
      'FunctionErrorsAlarm',
      { metric: 'Errors', label: 'errors of all functions' },
      'A function broke off, did not start or took too long. Its log group has the reason.',
    ),
    ...overFunctions(
      'FunctionThrottlesAlarm',
      { metric: 'Throttles', label: 'throttles of all functions' },
      'Lambda refused calls. Ask for more concurrency in the account, or find out who calls so often.',
    ),
    ...Object.fromEntries(
      COUNTS.map(([count, threshold, description]) => [
        `${count}Alarm`,
        alarm(description, threshold ?? refusals, {
          ...{ Namespace: namespaceOf(stage), MetricName: count },
          ...({ Statistic: 'Sum', Period: 300 } as const),
        }),
      ]),
    ),
  }
}

/** The metrics of log-counts.ts; without a threshold that of the settings. */
const COUNTS: readonly (readonly [Count, threshold: number | undefined, description: string])[] = [
  [
    'Refusals',
    undefined,
    'More requests were refused than usual. The log lines of the functions have the reasons.',
  ],
  // A thief causes this, and so does a client with a new certificate or key and an old token.
  ['StolenTokens', 5, 'Tokens or codes were used with another certificate, key or client than their own.'],
  // An honest client hardly ever causes it, so the first one counts.
  [
    'Replays',
    1,
    'A code or a refresh token was used again, and its tokens were ended. The log line has the client.',
  ],
  [
    'LockedOut',
    5,
    'The mutual-TLS domain answers 403 - are the CAs of the clients in the trust store, and not expired? The access log has the serial numbers of the certificates.',
  ],
  [
    'Throttled',
    5,
    'API Gateway answers 429, as a route has reached its limit. The access log has the route, the domain and the addresses.',
  ],
]

/** Sent to the topic, as its end is. Without data there is no alarm. */
function alarm(
  AlarmDescription: string,
  Threshold: number,
  watched: Watched,
  more: Partial<Pick<Alarm['Properties'], 'EvaluationPeriods' | 'ComparisonOperator'>> = {},
): Alarm {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription,
      ...watched,
      EvaluationPeriods: 1,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref('AlarmTopic')],
      OKActions: [ref('AlarmTopic')],
      ...more,
    },
  }
}

function ofApi(MetricName: string): Metric {
  return { Namespace: 'AWS/ApiGateway', MetricName, Dimensions: [{ Name: 'ApiId', Value: ref('HttpApi') }] }
}

/** An alarm takes ten metrics: the sum is one of them. */
const FUNCTIONS_IN_ALARM = 9

/** Alarms over the sum of a metric of all functions. The first one is named by `id`, the others by `id` and a number. */
function overFunctions(
  id: string,
  { metric, label }: { readonly metric: string; readonly label: string },
  description: string,
): Readonly<Record<string, Alarm>> {
  const ofFunction = (name: string): Metric => ({
    Namespace: 'AWS/Lambda',
    MetricName: metric,
    Dimensions: [{ Name: 'FunctionName', Value: ref(lambdaId(name)) }],
  })
  const count = Math.ceil(FUNCTIONS.length / FUNCTIONS_IN_ALARM)
  const made = Array.from({ length: count }, (_, group) => {
    const some = FUNCTIONS.slice(group * FUNCTIONS_IN_ALARM, (group + 1) * FUNCTIONS_IN_ALARM)
    const metrics = some.map(([name], i) => ({
      ...{ Id: `m${i}`, ReturnData: false },
      MetricStat: { Period: 300, Stat: 'Sum', Metric: ofFunction(name) } as const,
    }))
    const sum = { Id: 'all', Label: label, Expression: 'SUM(METRICS())', ReturnData: true } as const
    return [`${id}${group === 0 ? '' : group + 1}`, alarm(description, 1, { Metrics: [sum, ...metrics] })]
  })
  return Object.fromEntries(made) as Readonly<Record<string, Alarm>>
}

function subscription(Endpoint: string): Subscription {
  const Properties = { TopicArn: ref('AlarmTopic'), Protocol: 'email', Endpoint } as const
  return { Type: 'AWS::SNS::Subscription', Properties }
}
