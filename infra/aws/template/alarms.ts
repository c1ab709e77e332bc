import type { DeploymentSettings } from '../settings/settings.ts'
import { ref } from './cloudformation.ts'
import { FUNCTIONS } from './functions.ts'
import { type Count, namespaceOf } from './log-counts.ts'
import { lambdaId } from './logical-ids.ts'

/** The topic that sends alarms, and the alarms. */
export function alarms({
  stage,
  alarms: { email, refusals },
}: Pick<DeploymentSettings, 'stage' | 'alarms'>): Readonly<Record<string, object>> {
  const AlarmSubscription = {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: ref('AlarmTopic'), Protocol: 'email', Endpoint: email },
  }
  const counted = Object.entries(COUNTS).map(([count, [threshold, description]]) => [
    `${count}Alarm`,
    alarm(description, threshold ?? refusals, sum(namespaceOf(stage), count)),
  ])
  return {
    // Not encrypted: CloudWatch may not publish with the default key of SNS, and the messages hold no secret.
    AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: `certbound ${stage}` } },
    ...(email !== undefined && { AlarmSubscription }),
    ServerErrorsAlarm: alarm(
      'Requests were answered with 5xx. 503 means that a table could not be reached, 500 is a defect.',
      5,
      { ...sum('AWS/ApiGateway', '5xx'), Dimensions: OF_API },
    ),
    LatencyAlarm: alarm(
      'For a quarter of an hour one request in a hundred took more than two seconds.',
      2000,
      {
        ...{ Namespace: 'AWS/ApiGateway', MetricName: 'Latency', Dimensions: OF_API, Period: 300 },
        ...{ ExtendedStatistic: 'p99', EvaluationPeriods: 3, ComparisonOperator: 'GreaterThanThreshold' },
      },
    ),
    ...overFunctions('FunctionErrorsAlarm', 'Errors', [
      'errors of all functions',
      'A function broke off, did not start or took too long. Its log group has the reason.',
    ]),
    ...overFunctions('FunctionThrottlesAlarm', 'Throttles', [
      'throttles of all functions',
      'Lambda refused calls. Ask for more concurrency in the account, or find out who calls so often.',
    ]),
    ...(Object.fromEntries(counted) as Readonly<Record<string, object>>),
  }
}

/** The threshold of each count of log lines, or that of the settings, and the description. */
const COUNTS: Readonly<Record<Count, readonly [threshold: number | undefined, description: string]>> = {
  Refusals: [
    undefined,
    'More requests were refused than usual. The log lines of the functions have the reasons.',
  ],
  // A thief causes this, and so does a client with a new certificate or key and an old token.
  StolenTokens: [5, 'Tokens or codes were used with another certificate, key or client than their own.'],
  // An honest client hardly ever causes it, so the first one counts.
  Replays: [
    1,
    'A code or a refresh token was used again, and its tokens were ended. The log line has the client.',
  ],
  LockedOut: [
    5,
    'The mutual-TLS domain answers 403 - are the CAs of the clients in the trust store, and not expired? The access log has the serial numbers of the certificates.',
  ],
  Throttled: [
    5,
    'API Gateway answers 429, as a route has reached its limit. The access log has the route, the domain and the addresses.',
  ],
}

const OF_API = [{ Name: 'ApiId', Value: ref('HttpApi') }]

function sum(Namespace: string, MetricName: string) {
  return { Namespace, MetricName, Statistic: 'Sum', Period: 300 }
}

/** The topic learns of the alarm and of its end. Without data there is no alarm. */
function alarm(AlarmDescription: string, Threshold: number, watched: object) {
  const [AlarmActions, OKActions] = [[ref('AlarmTopic')], [ref('AlarmTopic')]]
  const usual = { EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' }
  const common = { AlarmDescription, Threshold, TreatMissingData: 'notBreaching', AlarmActions, OKActions }
  return { Type: 'AWS::CloudWatch::Alarm', Properties: { ...common, ...usual, ...watched } }
}

/** An alarm takes ten metrics: the sum is one of them. */
const FUNCTIONS_IN_ALARM = 9

/**
 * Alarms over the sum of a metric of all functions, named by `id` and from the second one on a number. A handler answers its own
 * failures with 500 or 503. These count functions that did not start or did not end, and the authorizer, which throws when it cannot
 * decide.
 */
function overFunctions(id: string, MetricName: string, [label, description]: readonly [string, string]) {
  const made: Record<string, object> = {}
  for (let first = 0; first < FUNCTIONS.length; first += FUNCTIONS_IN_ALARM) {
    const metrics = FUNCTIONS.slice(first, first + FUNCTIONS_IN_ALARM).map(([name], i) => {
      const Dimensions = [{ Name: 'FunctionName', Value: ref(lambdaId(name)) }]
      const Metric = { Namespace: 'AWS/Lambda', MetricName, Dimensions }
      return { Id: `m${i}`, ReturnData: false, MetricStat: { Period: 300, Stat: 'Sum', Metric } }
    })
    const all = { Id: 'all', Label: label, Expression: 'SUM(METRICS())', ReturnData: true }
    const number = first === 0 ? '' : 1 + first / FUNCTIONS_IN_ALARM
    made[`${id}${number}`] = alarm(description, 1, { Metrics: [all, ...metrics] })
  }
  return made
}
